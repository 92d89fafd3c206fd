"""The methods of the loopback Bot API: each takes the parameters of a call and returns its result, or refuses."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from tests.servers.telegram import refusals
from tests.servers.telegram.faults import Refused
from tests.servers.telegram.state import Json, Room, Seen
from tests.servers.telegram.updates import Updates

LARGEST_DOWNLOAD = 20 * 1024 * 1024
Method = Callable[[Json], Any]


class Api:
    """The state of the service, and its methods by name."""

    def __init__(self, username: str) -> None:
        self.me: Json = {"id": 42, "is_bot": True, "first_name": "Yingda", "username": username}
        self.rooms: dict[int, Room] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.menus: dict[str, list[Json]] = {}
        self.confirmed: list[str] = []
        self.updates = Updates()
        self.methods: dict[str, Method] = {
            "getMe": lambda _: self.me,
            "getUpdates": self.updates.poll,
            "setWebhook": self.set_webhook,
            "deleteWebhook": self.delete_webhook,
            "getWebhookInfo": lambda _: self.updates.info(),
            "sendMessage": self.send_message,
            "sendMessageDraft": self.send_message_draft,
            "editMessageText": self.edit_message_text,
            "sendChatAction": self.send_chat_action,
            "answerCallbackQuery": self.answer_callback_query,
            "getChatMember": self.get_chat_member,
            "setMyCommands": self.set_my_commands,
            "getMyCommands": lambda params: self.menus.get(params.get("language_code", ""), []),
            "getFile": self.get_file,
            "sendPhoto": lambda params: self.send_file(params, "photo"),
            "sendDocument": lambda params: self.send_file(params, "document"),
        }

    async def call(self, method: str, params: Json) -> Any:
        """Return the result of a method. Raises `Refused`."""
        if method not in self.methods:
            raise Refused("Not Found", 404)
        result = self.methods[method](params)
        return await result if isinstance(result, Awaitable) else result

    def room(self, params: Json) -> Room:
        """Return the chat that a call is about, if it can be written to."""
        return refusals.check_room(self.rooms.get(int(params.get("chat_id") or 0)))

    def set_webhook(self, params: Json) -> bool:
        """Set or, without an address, remove the webhook."""
        self.updates.webhook = params if params.get("url") else {}
        self.updates.allowed = params.get("allowed_updates", self.updates.allowed)
        return self._drop_pending(params)

    def delete_webhook(self, params: Json) -> bool:
        """Remove the webhook."""
        self.updates.webhook = {}
        return self._drop_pending(params)

    def _drop_pending(self, params: Json) -> bool:
        if params.get("drop_pending_updates"):
            self.updates.pending.clear()
        self.updates.bell.ring()
        return True

    def send_message(self, params: Json) -> Json:
        """Show a new message."""
        room = self.room(params)
        text = refusals.check_text(params.get("text"))
        return self._show(room, params, Seen(0, text, refusals.check_entities(params.get("entities", []), text)))

    def send_file(self, params: Json, kind: str) -> Json:
        """Show a new message with a file."""
        room = self.room(params)
        upload = params.get(kind)
        if not isinstance(upload, tuple) or not upload[1]:
            raise Refused("Bad Request: file must be non-empty")
        caption = params.get("caption", "")
        if caption:
            refusals.check_text(caption, refusals.LONGEST_CAPTION)
        file_id = f"sent-{len(self.files)}"
        self.files[file_id] = upload
        file = {"file_id": file_id, "file_unique_id": file_id, "file_size": len(upload[1])}
        shown = self._show(room, params, Seen(0, caption, file=upload, photo=kind == "photo"))
        return {**shown, kind: [{**file, "width": 1, "height": 1}] if kind == "photo" else file}

    def send_message_draft(self, params: Json) -> bool:
        """Show what is being written."""
        room = self.room(params)
        if room.kind != "private":
            raise Refused("Bad Request: TEXTDRAFT_PEER_INVALID")
        if not int(params.get("draft_id") or 0):
            raise Refused("Bad Request: TEXTDRAFT_ID_INVALID")
        text = params.get("text", "")
        if refusals.utf16_length(text) > refusals.LONGEST_TEXT:
            raise Refused("Bad Request: message is too long")
        refusals.check_topic(room, params.get("message_thread_id"))
        room.draft = (int(params["draft_id"]), text)
        room.drafts.append(text)
        return True

    def edit_message_text(self, params: Json) -> Json:
        """Show a message anew."""
        room = self.room(params)
        seen = room.seen.get(int(params.get("message_id") or 0))
        if seen is None:
            known = int(params.get("message_id") or 0) in room.messages
            raise Refused(f"Bad Request: message {'can' + chr(39) + 't be edited' if known else 'to edit not found'}")
        text = refusals.check_text(params.get("text"))
        entities = refusals.check_entities(params.get("entities", []), text)
        buttons = refusals.check_keyboard(params.get("reply_markup"))
        if (text, entities, buttons) == (seen.text, seen.entities, seen.buttons):
            raise Refused(
                "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message"
            )
        seen.text, seen.entities, seen.buttons = text, entities, buttons
        seen.previews = not params.get("link_preview_options", {}).get("is_disabled")
        seen.revisions.append(text)
        return self.message(room, seen)

    def send_chat_action(self, params: Json) -> bool:
        """Show that the bot is busy."""
        room = self.room(params)
        room.actions.append((params["action"], refusals.check_topic(room, params.get("message_thread_id"))))
        return True

    def answer_callback_query(self, params: Json) -> bool:
        """End the waiting sign on a button."""
        self.confirmed.append(params["callback_query_id"])
        self.updates.bell.ring()
        return True

    def get_chat_member(self, params: Json) -> Json:
        """Return what a person is in a chat."""
        room = self.room(params)
        user_id = int(params["user_id"])
        if user_id not in room.members:
            raise Refused("Bad Request: member not found")
        member: Json = {"status": room.members[user_id], "user": {"id": user_id, "is_bot": False, "first_name": "x"}}
        if member["status"] == "creator":
            member["is_anonymous"] = False
        if member["status"] == "administrator":
            member |= dict.fromkeys(ADMIN_RIGHTS, False)
        return member

    def set_my_commands(self, params: Json) -> bool:
        """Set the menu of a language."""
        self.menus[params.get("language_code", "")] = refusals.check_commands(params.get("commands"))
        return True

    def get_file(self, params: Json) -> Json:
        """Prepare a file for downloading."""
        file_id = params.get("file_id", "")
        if file_id not in self.files:
            raise Refused("Bad Request: wrong file_id or the file is temporarily unavailable")
        size = len(self.files[file_id][1])
        if size > LARGEST_DOWNLOAD:
            raise Refused("Bad Request: file is too big")
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": size, "file_path": f"files/{file_id}"}

    def _show(self, room: Room, params: Json, seen: Seen) -> Json:
        seen.thread = refusals.check_topic(room, params.get("message_thread_id"))
        seen.reply_to = refusals.check_reply(room, params.get("reply_parameters"))
        seen.buttons = refusals.check_keyboard(params.get("reply_markup"))
        seen.previews = not params.get("link_preview_options", {}).get("is_disabled")
        seen.id, seen.revisions = next(room.ids), [seen.text]
        room.seen[seen.id], room.draft = seen, None
        return self.message(room, seen)

    def message(self, room: Room, seen: Seen) -> Json:
        """Return a message of the bot's as the Bot API describes it."""
        said: Json = {"message_id": seen.id, "from": self.me, "chat": room.json(), "date": int(time.time())}
        said["caption" if seen.file else "text"] = seen.text
        if seen.entities:
            said["entities"] = seen.entities
        if seen.buttons:
            said["reply_markup"] = {"inline_keyboard": seen.buttons}
        if seen.thread:
            said |= {"message_thread_id": seen.thread, "is_topic_message": True}
        return said


ADMIN_RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories",
)  # fmt: skip
