"""The place one answer is written to in Telegram: drafts or edits while it grows, entities when it is done."""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog
import telegram
from telegram.constants import ChatAction, FileSizeLimit
from telegram.error import BadRequest, ChatMigrated, EndPointNotFound, InvalidToken, TelegramError, TimedOut

from bot.contract import Page, Rate
from bot.domain.encoding import mended
from bot.domain.errors import Superseded
from bot.domain.message import Message
from bot.domain.reply import File
from bot.platforms.markdown import utf16_length
from bot.platforms.telegram.client import NAME, Account
from bot.platforms.telegram.errors import Troubles, is_final, is_odd, says, told
from bot.platforms.telegram.rendering import LIMIT, Shown, formatted, keyboard, unformatted
from bot.platforms.telegram.text import Json

PRIVATE_PACE, GROUP_PACE = 1.5, 3.0
PRIVATE_RATE, GROUP_RATE = Rate(burst=20, interval=1.0), Rate(burst=20, interval=3.0)
NO_PREVIEW = telegram.LinkPreviewOptions(is_disabled=True)
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
LARGEST_PHOTO = int(FileSizeLimit.PHOTOSIZE_UPLOAD)
DRAFT_IDS = 2**31 - 1

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Drawn:
    """How far a page is drawn.

    Attributes:
        id: The message it is drawn in; 0 while there is none.
        shown: What stands there, or in the draft.
        unsure: A write was not answered in time: it may stand there, but its id is not known.
        files: How many of its files are sent.
    """

    id: int = 0
    shown: Shown | None = None
    unsure: bool = False
    files: int = 0


@dataclass(slots=True)
class TelegramOutlet:
    """Writes the answer to one message. Made from the message alone."""

    account: Account
    message: Message
    _pages: dict[int, Drawn] = field(default_factory=dict)
    _troubles: Troubles = field(default_factory=Troubles)

    @property
    def gate(self) -> str:
        """The chat."""
        return f"{NAME}:{self.message.chat.id}"

    @property
    def rate(self) -> Rate:
        """Telegram allows about one message a second in a chat, and 20 a minute into a group."""
        return PRIVATE_RATE if self.message.chat.private else GROUP_RATE

    @property
    def limit(self) -> int:
        """UTF-16 units of a message."""
        return LIMIT

    @property
    def pace(self) -> float:
        """Seconds between two redraws."""
        return PRIVATE_PACE if self.message.chat.private else GROUP_PACE

    def length(self, text: str) -> int:
        """Return how many UTF-16 units a text has."""
        return utf16_length(text)

    async def typing(self) -> None:
        """Show "typing…" for five seconds or until the next message."""
        try:
            await self.account.bot.send_chat_action(self._chat, ChatAction.TYPING, message_thread_id=self._topic)
        except TelegramError as error:
            log.debug("telegram shows no typing", reason=type(error).__name__)

    async def write(self, page: Page) -> str:
        """Draw a page. Returns, raises and promises what `Outlet.write` does.

        A message that Telegram did not answer in time is taken as written: it mostly is, and sending it again would
        double it. One whose connection was refused or cut, or that was answered by an error, is written again.
        """
        drawn = self._pages.setdefault(page.number, Drawn())
        try:
            try:
                await self._draw(page, drawn)
            except ChatMigrated as error:
                await self.account.move(self.message.chat.id, str(error.new_chat_id))
                drawn.id = 0
                await self._draw(page, drawn)
        except Superseded:
            raise
        except TelegramError as error:
            if not page.final and is_odd(error):
                log.warning("telegram refuses a growing page, left out", reason=told(error))
                return str(drawn.id or "")
            raise self._troubles.translated(error, final=page.final) from error
        if page.final:
            self._troubles.over()
        return str(drawn.id or "")

    async def adopt(self, number: int, written: str) -> None:
        """Take a page as drawn already, in the message with this id: writing it redraws that message."""
        self._pages[number] = Drawn(id=int(written))

    async def done(self) -> None:
        """The turn is over: nothing is left open in Telegram."""

    @property
    def _chat(self) -> int:
        return int(self.account.moves.get(self.message.chat.id, self.message.chat.id))

    @property
    def _topic(self) -> int | None:
        return int(self.message.chat.thread) if self.message.chat.thread else None

    async def _draw(self, page: Page, drawn: Drawn) -> None:
        text = mended(page.text)
        if page.final:
            await self._finish(page, text, drawn)
        elif text.strip() and not drawn.unsure:
            await self._grow(page.number, Shown(text), drawn)

    async def _grow(self, number: int, shown: Shown, drawn: Drawn) -> None:
        drafted = self.message.chat.private and self.account.drafts and not drawn.id
        if drafted and (shown == drawn.shown or await self._draft(number, shown)):
            drawn.shown = shown
            return
        await self._put(number, shown, drawn)

    async def _draft(self, number: int, shown: Shown) -> bool:
        """Show a draft; return False, and never try again, where the server takes none."""
        draft_id = (int(self.message.id) * 100 + number) % DRAFT_IDS + 1
        try:
            return await self.account.bot.send_message_draft(
                self._chat, draft_id, shown.text, message_thread_id=self._topic
            )
        except (BadRequest, InvalidToken, EndPointNotFound) as error:
            if is_final(error):
                raise
            log.info("telegram takes no drafts here, answers grow by edits", reason=told(error))
            self.account.drafts = False
            return False

    async def _finish(self, page: Page, text: str, drawn: Drawn) -> None:
        if text.strip():
            await self._putformatted(page, text, drawn)
        for file in page.files[drawn.files :]:
            await self._send_file(page.number, file, first=not drawn.shown and not drawn.files)
            drawn.files += 1

    async def _putformatted(self, page: Page, text: str, drawn: Drawn) -> None:
        plain = Shown(text, choices=page.choices)
        shown = formatted(plain) if page.markdown else plain
        try:
            await self._put(page.number, shown, drawn)
        except BadRequest as error:
            if says(error, "text must be non-empty", "text is empty"):
                return  # nothing that anybody could see
            if (
                not shown.entities
                or is_final(error)
                or not says(error, "parse entities", "entities_too_long", "entity ")
            ):
                raise
            log.info("telegram refuses the formatting, written without", reason=told(error))
            await self._put(page.number, unformatted(plain), drawn)

    async def _put(self, number: int, shown: Shown, drawn: Drawn) -> None:
        """Show something as a message: edit the page's, or send it where there is none (any more)."""
        if drawn.id and drawn.shown == shown:
            return
        if not (drawn.id and await self._edit(shown, drawn.id)):
            drawn.id = 0
            drawn.id = await self._send(number, shown)
            drawn.unsure = not drawn.id
        drawn.shown = shown

    async def _edit(self, shown: Shown, message_id: int) -> bool:
        """Return False where the message is gone. An edit may be repeated, so one is, when it is not answered."""
        try:
            try:
                await self._edit_once(shown, message_id)
            except TimedOut:
                await self._edit_once(shown, message_id)
        except BadRequest as error:
            if says(error, "message is not modified"):
                return True
            if says(error, "message to edit not found", "message can't be edited", "message_id_invalid"):
                return False
            raise
        return True

    async def _edit_once(self, shown: Shown, message_id: int) -> None:
        await self.account.bot.edit_message_text(
            shown.text,
            chat_id=self._chat,
            message_id=message_id,
            entities=shown.entities or None,
            reply_markup=keyboard(shown.choices),
            link_preview_options=NO_PREVIEW,
        )

    async def _send(self, number: int, shown: Shown) -> int:
        """Return the new message's id, 0 where the server has not answered in time."""
        reply = self._reply(first=number == 0)
        try:
            try:
                sent = await self._send_once(shown, reply)
            except BadRequest as error:
                if reply is None or not says(error, "message to be replied not found", "reply_message_id_invalid"):
                    raise
                sent = await self._send_once(shown, None)
        except TimedOut:
            log.warning("telegram has not confirmed a message in time, taken as written")
            return 0
        return int(sent["message_id"])

    async def _send_once(self, shown: Shown, reply: telegram.ReplyParameters | None) -> Json:
        sent: Json = await self.account.ask(
            "send_Message",
            chat_id=self._chat,
            text=shown.text,
            entities=shown.entities or None,
            reply_markup=keyboard(shown.choices),
            link_preview_options=NO_PREVIEW,
            reply_parameters=reply,
            message_thread_id=self._topic,
        )
        return sent

    async def _send_file(self, number: int, file: File, *, first: bool) -> None:
        upload = telegram.InputFile(file.content, filename=file.name)
        reply = self._reply(first=first and number == 0)
        try:
            is_photo = file.media_type in PICTURES and len(file.content) <= LARGEST_PHOTO
            if not (is_photo and await self._send_photo(upload, reply)):
                await self.account.bot.send_document(
                    self._chat, upload, reply_parameters=reply, message_thread_id=self._topic
                )
        except TimedOut:
            log.warning("telegram has not confirmed a file in time, taken as written")

    async def _send_photo(self, upload: telegram.InputFile, reply: telegram.ReplyParameters | None) -> bool:
        """Return False where Telegram does not take the picture as a photo (too large, too long a side)."""
        try:
            await self.account.bot.send_photo(self._chat, upload, reply_parameters=reply, message_thread_id=self._topic)
        except BadRequest as error:
            if is_final(error):
                raise
            return False
        return True

    def _reply(self, *, first: bool) -> telegram.ReplyParameters | None:
        """In a group, the answer's first page hangs on the message it answers."""
        if self.message.chat.private or not first or self.message.chat.id in self.account.moves:
            return None
        return telegram.ReplyParameters(int(self.message.reply_to or self.message.id), allow_sending_without_reply=True)
