"""What the bot may ask for in chats: write, edit, delete, answer a press, look around.

The methods of the bot's own page stand in `presenting`, those of the updates in `polling`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandbox.telegram import errors
from sandbox.telegram.asked import Asked, Method
from sandbox.telegram.chats import Chat, File, Kind, Message
from sandbox.telegram.errors import malformed, state
from sandbox.telegram.keyboards import Markup
from sandbox.telegram.parameters import integer
from sandbox.telegram.text import Text, units

DELETABLE = timedelta(hours=48)
LONGEST_ANSWER = 200
ACTIONS = frozenset(
    {
        *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document"),
        *("choose_sticker", "find_location", "record_video_note", "upload_video_note"),
    }
)
# Parameters that have no effect here; any that is not known at all is complained of.
SENDING = (
    *("business_connection_id", "message_thread_id", "direct_messages_topic_id"),
    *("message_effect_id", "suggested_post_parameters"),
)


def get_me(asked: Asked) -> Any:
    abilities = {"can_join_groups": True, "can_read_all_group_messages": not asked.world.privacy}
    lacking = ("supports_inline_queries", "can_connect_to_business", "has_main_web_app", "has_topics_enabled")
    return {**asked.world.bot, "first_name": asked.world.profile.name(""), **abilities, **dict.fromkeys(lacking, False)}


def send_message(asked: Asked) -> Any:
    said = asked.text("text", "entities")
    markup = asked.markup()
    chat = asked.chat()
    return _send(asked, chat, said=said, markup=markup).shown


def send_document(asked: Asked) -> Any:
    said = Text("")
    if asked.given.text("caption"):
        said = asked.text("caption", "caption_entities")
    for name in ("thumbnail", "disable_content_type_detection", "caption_entities", "parse_mode"):
        asked.given.asked.add(name)
    file = _document(asked)
    markup = asked.markup()
    chat = asked.chat()
    asked.world.files[file.id] = file
    return _send(asked, chat, said=said, markup=markup, file=file).shown


def _document(asked: Asked) -> File:
    upload = asked.given.upload("document")
    if upload is not None:
        if not upload.content:
            raise malformed("file must be non-empty")
        name = upload.name.replace("\\", "/").rpartition("/")[2]
        return File(f"BQACAgQ-{len(asked.world.files) + 1:04d}", name, upload.mime_type, upload.content)
    known = asked.world.files.get(asked.given.text("document"))
    if known is None:
        raise malformed(
            "wrong remote file identifier specified: Wrong string length"
            if asked.given.text("document")
            else "there is no document in the request"
        )
    return known


def _send(asked: Asked, chat: Chat, **content: Any) -> Message:
    asked.given.asked.update(SENDING)
    if asked.given.flag("allow_paid_broadcast"):
        raise malformed("FLOODSKIP_NOT_ALLOWED")
    replied = _replied(asked, chat)
    extra = {"has_protected_content": True} if asked.given.flag("protect_content") else {}
    _check_preview(asked)
    asked.in_time(chat)
    message = asked.world.write(chat, asked.world.bot, reply_to=replied, extra=extra, **content)
    message.quiet = asked.given.flag("disable_notification")
    markup = message.markup or {}
    if "remove_keyboard" in markup:
        chat.keyboard, chat.keyboard_from = None, 0
    elif markup and not message.inline:
        chat.keyboard, chat.keyboard_from = markup, message.id
    return message


def _check_preview(asked: Asked) -> None:
    options = asked.given.nested("link_preview_options")
    if options is None:
        return
    if not isinstance(options, dict):
        raise malformed("object expected as link preview options")
    for name in ("is_disabled", "prefer_small_media", "prefer_large_media", "show_above_text"):
        if not isinstance(options.get(name, False), bool):
            raise malformed(f'field "{name}" must be of type Boolean')


def _replied(asked: Asked, chat: Chat) -> int | None:
    parameters = asked.given.nested("reply_parameters")
    if parameters is None:
        return None
    if not isinstance(parameters, dict) or "message_id" not in parameters:
        raise malformed('can\'t find field "message_id"')
    number = integer(parameters["message_id"])
    replied = chat.messages.get(number)
    if replied is not None and not replied.deleted:
        return number
    if parameters.get("allow_sending_without_reply"):
        return None
    raise errors.TO_REPLY_NOT_FOUND


def edit_message_text(asked: Asked) -> Any:
    asked.given.asked.update(("inline_message_id", "business_connection_id"))
    said = asked.text("text", "entities")
    markup = asked.inline()
    _check_preview(asked)
    message = _editable(asked)
    if message.file is not None:
        raise errors.NO_TEXT_TO_EDIT
    return _edit(asked, message, said, markup)


def edit_message_reply_markup(asked: Asked) -> Any:
    asked.given.asked.update(("inline_message_id", "business_connection_id"))
    markup = asked.inline()
    message = _editable(asked)
    return _edit(asked, message, message.said, markup)


def _editable(asked: Asked) -> Message:
    number = asked.given.number("message_id")
    chat = asked.chat()
    if not number:
        raise malformed("message identifier is not specified")
    message = chat.messages.get(number)
    if message is None or message.deleted:
        raise errors.TO_EDIT_NOT_FOUND
    if not message.by_bot or (message.markup is not None and not message.inline):
        raise errors.CANT_BE_EDITED
    return message


def _edit(asked: Asked, message: Message, said: Text, markup: Markup | None) -> Any:
    if (message.said, message.markup) == (said, markup):
        raise errors.NOT_MODIFIED
    asked.in_time(message.chat)
    message.said, message.markup = said, markup
    message.edits += 1
    message.edited_at = asked.world.now()
    asked.world.changes.tell()
    return message.shown


def delete_message(asked: Asked) -> Any:
    number = asked.given.number("message_id")
    chat = asked.chat()
    message = chat.messages.get(number)
    if message is None or message.deleted:
        raise errors.TO_DELETE_NOT_FOUND
    # In a private chat a bot may also delete what the person wrote; in groups it is no administrator here.
    if (chat.kind is not Kind.PRIVATE and not message.by_bot) or asked.world.now() - message.at > DELETABLE:
        raise errors.CANT_BE_DELETED
    message.deleted = True
    if chat.keyboard_from == number:
        chat.keyboard, chat.keyboard_from = None, 0
    asked.world.changes.tell()
    return True


def answer_callback_query(asked: Asked) -> Any:
    text, url, alert = asked.given.text("text"), asked.given.text("url"), asked.given.flag("show_alert")
    asked.given.asked.add("cache_time")
    if units(text) > LONGEST_ANSWER:
        raise malformed("MESSAGE_TOO_LONG")
    link = f"t.me/{asked.world.bot['username']}"
    if url and link not in url:
        raise malformed("URL_INVALID")
    press = asked.world.presses.get(asked.given.text("callback_query_id"))
    if press is None or press.answered or press.old:
        raise errors.QUERY_TOO_OLD
    asked.request.chat = press.message.chat.id
    press.toast, press.alert, press.url = text or None, alert, url
    press.answered_at = asked.world.now()
    asked.world.changes.tell()
    return True


def send_chat_action(asked: Asked) -> Any:
    action = asked.given.text("action")
    asked.given.asked.update(("business_connection_id", "message_thread_id"))
    if action not in ACTIONS:
        raise malformed("wrong parameter action in request")
    asked.chat().actions.append(action)
    asked.world.changes.tell()
    return True


def get_chat(asked: Asked) -> Any:
    chat = asked.chat()
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, False)}
    permissions = {"permissions": {"can_send_messages": True}} if chat.kind is not Kind.PRIVATE else {}
    return {**chat.shown, **full, **permissions}


def get_file(asked: Asked) -> Any:
    file = asked.world.files.get(asked.given.text("file_id"))
    if file is None:
        raise state("invalid file_id")
    shown = {name: value for name, value in file.shown.items() if name not in ("file_name", "mime_type")}
    return {**shown, "file_path": f"documents/{file.id}"}


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "sendMessage": send_message,
    "sendDocument": send_document,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback_query,
    "sendChatAction": send_chat_action,
    "getChat": get_chat,
    "getFile": get_file,
}
