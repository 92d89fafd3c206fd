"""The REST API: the bot's identity, channels and messages, commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.servers.discord.rules import Refusal, check_command, check_commands, check_message, require
from tests.servers.discord.state import State
from tests.servers.discord.world import JSON, REPLY, Channel, Posted

MISSING_ACCESS = 50001
# A handler is given the ids in the path, the JSON body (without one, the query), and the files; what it returns is the
# JSON answer (None: 204).
Files = dict[str, bytes]
Handler = Callable[[dict[str, str], Any, Files], Awaitable[Any]]


class Rest:
    """Handlers by method and path, below the API's address."""

    def __init__(self, state: State) -> None:
        self._state = state
        message = "/channels/{channel}/messages/{message}"
        commands = "/applications/{application}/commands"
        self.routes: dict[tuple[str, str], Handler] = {
            ("GET", "/users/@me"): self._me,
            ("GET", "/applications/@me"): self._application,
            ("GET", "/oauth2/applications/@me"): self._application,
            ("GET", "/gateway"): self._gateway,
            ("GET", "/gateway/bot"): self._gateway,
            ("POST", "/users/@me/channels"): self._direct,
            ("GET", "/channels/{channel}"): self._channel,
            ("POST", "/channels/{channel}/typing"): self._typing,
            ("GET", "/channels/{channel}/messages"): self._history,
            ("POST", "/channels/{channel}/messages"): self._post,
            ("GET", message): self._message,
            ("PATCH", message): self._edit,
            ("DELETE", message): self._delete,
            ("GET", commands): self._commands,
            ("PUT", commands): self._overwrite,
            ("POST", commands): self._upsert,
        }

    async def _me(self, _ids: dict[str, str], _body: Any, _files: Files) -> JSON:
        return {**self._state.bot.json(), "flags": 0, "mfa_enabled": False, "verified": True, "locale": "en-US"}

    async def _application(self, _ids: dict[str, str], _body: Any, _files: Files) -> JSON:
        owner = self._state.user("owner").json()
        return {
            "id": self._state.application, "name": "yingda", "icon": None, "description": "", "rpc_origins": [],
            "bot_public": True, "bot_require_code_grant": False, "owner": owner, "summary": "", "verify_key": "00",
            "team": None, "flags": 0, "bot": self._state.bot.json(), "interactions_endpoint_url": None,
        }  # fmt: skip

    async def _gateway(self, _ids: dict[str, str], _body: Any, _files: Files) -> JSON:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": self._state.gateway.at_once}
        return {"url": self._state.gateway.url, "shards": self._state.gateway.shards, "session_start_limit": limit}

    async def _direct(self, _ids: dict[str, str], body: Any, _files: Files) -> JSON:
        person = self._state.users.get(str(body.get("recipient_id")))
        if person is None:
            raise Refusal(400, 50033, "Invalid Recipient(s)")
        return self._state.direct(person).json()

    async def _channel(self, ids: dict[str, str], _body: Any, _files: Files) -> JSON:
        return self._open(ids).json()

    async def _typing(self, ids: dict[str, str], _body: Any, _files: Files) -> None:
        self._writable(ids).typed += 1

    async def _history(self, ids: dict[str, str], query: Any, _files: Files) -> list[JSON]:
        """Return the newest messages first. Where the history may not be read, Discord refuses nothing: it is empty."""
        channel = self._open(ids)
        require(channel.refuses != MISSING_ACCESS, "Missing Access", status=403, code=MISSING_ACCESS)
        limit = int(query.get("limit", 50))
        require(1 <= limit <= 100, "Invalid Form Body: limit must be between 1 and 100.")
        told = [each.json() for each in channel.messages.values() if channel.history and not each.deleted]
        return sorted(told, key=lambda each: int(each["id"]), reverse=True)[:limit]

    async def _message(self, ids: dict[str, str], _body: Any, _files: Files) -> JSON:
        return self._posted(self._open(ids), ids).json()

    async def _post(self, ids: dict[str, str], body: Any, files: Files) -> JSON:
        channel = self._writable(ids)
        check_message(body, files=len(files))
        nonce = str(body.get("nonce", ""))
        if nonce and body.get("enforce_nonce"):
            twin = next((each for each in channel.messages.values() if each.nonce == nonce), None)
            if twin:
                return self._posted(channel, {"message": twin.id}).json()  # nor is one sent anew that was deleted
        posted = Posted(self._state.ids(), channel, self._state.bot, nonce=nonce)
        if reference := body.get("message_reference"):
            self._refer(posted, reference)
        fill(self._state, posted, body, files)
        return (await self._state.post(posted)).json()

    async def _edit(self, ids: dict[str, str], body: Any, files: Files) -> JSON:
        posted = self._posted(self._writable(ids), ids)
        require(
            posted.author is self._state.bot, "Cannot edit a message authored by another user", status=403, code=50005
        )
        check_message(body, files=len(files) + len(posted.attachments), editing=True)
        fill(self._state, posted, body, files)
        await self._state.change(posted)
        return posted.json()

    async def _delete(self, ids: dict[str, str], _body: Any, _files: Files) -> None:
        self._posted(self._writable(ids), ids).deleted = True
        self._state.tell()

    async def _commands(self, _ids: dict[str, str], _body: Any, _files: Files) -> list[JSON]:
        return self._state.commands

    async def _overwrite(self, _ids: dict[str, str], body: Any, _files: Files) -> list[JSON]:
        check_commands(body)
        self._state.commands = [self._registered(each) for each in body]
        return self._state.commands

    async def _upsert(self, _ids: dict[str, str], body: Any, _files: Files) -> JSON:
        check_command(body)
        registered = self._registered(body)
        others = [each for each in self._state.commands if each["name"] != body["name"]]
        self._state.commands = [*others, registered]
        return registered

    def _registered(self, command: JSON) -> JSON:
        """Return what Discord keeps: with ids and versions of its own, empty things as null or left out."""
        options = [_kept(each) for each in command.get("options") or []]
        added = {"id": self._state.ids(), "application_id": self._state.application, "version": self._state.ids()}
        rest = {"default_member_permissions": None, "nsfw": False, "contexts": None, "integration_types": [0]}
        return {
            "type": 1,
            **command,
            **added,
            **rest,
            "name_localizations": command.get("name_localizations") or None,
        } | ({"options": options} if options else {"options": []})

    def _refer(self, posted: Posted, reference: JSON) -> None:
        target = posted.channel.messages.get(str(reference.get("message_id")))
        if target is None or target.deleted:
            require(
                reference.get("fail_if_not_exists") is False, "Invalid Form Body: message_reference: Unknown message"
            )
            return
        posted.type, posted.reference, posted.reference_id = REPLY, target, target.id

    def _open(self, ids: dict[str, str]) -> Channel:
        channel = self._state.channels.get(ids["channel"])
        if channel is None:
            raise Refusal(404, 10003, "Unknown Channel")
        return channel

    def _writable(self, ids: dict[str, str]) -> Channel:
        channel = self._open(ids)
        require(not channel.refuses, "Missing Access or Permissions", status=403, code=channel.refuses)
        return channel

    @staticmethod
    def _posted(channel: Channel, ids: dict[str, str]) -> Posted:
        posted = channel.messages.get(ids["message"])
        if posted is None or posted.deleted:
            raise Refusal(404, 10008, "Unknown Message")
        return posted


def fill(state: State, posted: Posted, body: JSON, files: Files) -> None:
    """Put a request's content into a message."""
    posted.content = (body["content"] or "").strip() if "content" in body else posted.content
    posted.components = body.get("components", posted.components) or []
    posted.flags = (posted.flags & ~4) | (body.get("flags", posted.flags) & 4)
    posted.allowed_mentions = body.get("allowed_mentions", posted.allowed_mentions)
    posted.pings = bool((posted.allowed_mentions or {"replied_user": True}).get("replied_user"))
    for name, content in files.items():
        posted.files[name] = content
        posted.attachments.append(attachment(state, name, content))


def attachment(state: State, name: str, content: bytes, media_type: str = "application/octet-stream") -> JSON:
    """Keep a file for download, and return how a message names it."""
    identity = state.ids()
    state.files[identity] = content
    url = f"{state.url}/attachments/{identity}/{name}"
    return {
        "id": identity, "filename": name, "size": len(content), "url": url, "proxy_url": url,
        "content_type": media_type,
    }  # fmt: skip


def _kept(option: JSON) -> JSON:
    return {name: value for name, value in option.items() if not (name == "required" and not value)}
