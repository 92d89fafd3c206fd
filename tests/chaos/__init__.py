"""The whole bot as a process, killed at random instants while people talk to it: nothing lost, nothing twice."""
