"""Finds platforms, stages, commands and command-line tools by where they are; importing them registers nothing."""

from __future__ import annotations

import argparse
import importlib
import importlib.resources
import importlib.util
import pkgutil
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from bot.config.catalogue import Catalogue
from bot.config.settings import Settings, SettingsError
from bot.contract import Platform, Prober, Stage
from bot.domain.command import Command, Commands
from bot.services import Services

HANDLERS = "handlers"
Subparsers = argparse._SubParsersAction  # noqa: SLF001 — argparse has no public name for it


def commands() -> Commands:
    """Return every command of `handlers/commands`."""
    found = [value for module in _modules(f"{HANDLERS}.commands") for value in vars(module).values()]
    return Commands({each.name: each for each in found if isinstance(each, Command)}.values())


def platforms(settings: Settings, texts: Catalogue, commands: Commands) -> Mapping[str, Platform]:
    """Return every platform of `bot/platforms` that the settings have what it needs for."""
    places = [module for module in _modules("bot.platforms") if hasattr(module, "build")]
    built = [module.build(settings, texts, commands) for module in places]
    return {each.name: each for each in built if each is not None}


def stages(services: Services) -> Mapping[str, Stage]:
    """Return the stages in the order of the settings. Blocks; raises what a stage's `build` raises.

    Raises:
        SettingsError: STAGES names a stage that does not exist.
    """
    known = {module.__name__.rpartition(".")[2]: module for module in _modules(f"{HANDLERS}.stages")}
    unknown = [name for name in services.settings.stages if name not in known]
    if unknown:
        raise SettingsError(f"STAGES: no stage is called {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return {name: known[name].build(services) for name in services.settings.stages}


def tools() -> list[Callable[[Any], None]]:
    """Return the `add(subparsers)` of every room of the handlers that has a command line (a module `cli`)."""
    return [importlib.import_module(name).add for name in _rooms_with("cli")]


def probers(settings: Settings, texts: Catalogue) -> Mapping[str, Prober]:
    """Return, by name, every room of the handlers that can be asked whether it works (a module `probe`)."""
    found = {name.split(".")[1]: importlib.import_module(name) for name in _rooms_with("probe")}
    return {room: module.build(settings, texts) for room, module in found.items()}


def texts() -> Catalogue:
    """Return the catalogue of the handlers."""
    return Catalogue(_directory(f"{HANDLERS}.texts"))


def _rooms_with(part: str) -> list[str]:
    """Return the names of the modules that are called so in the rooms of the handlers."""
    rooms = pkgutil.iter_modules(importlib.import_module(HANDLERS).__path__, f"{HANDLERS}.")
    names = [f"{room.name}.{part}" for room in rooms if room.ispkg]
    return [name for name in names if importlib.util.find_spec(name)]


def _directory(package: str) -> Any:
    return importlib.resources.files(package)


def _modules(package: str) -> list[ModuleType]:
    path = importlib.import_module(package).__path__
    names = sorted(each.name for each in pkgutil.iter_modules(path, f"{package}."))
    return [importlib.import_module(name) for name in names]
