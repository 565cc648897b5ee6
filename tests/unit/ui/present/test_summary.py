from __future__ import annotations

import json

from studio.protocol.codec import decode_client
from studio.protocol.dialect import Dialect
from studio.ui.present.summary import summary


def test_pictures_are_told_beside_the_words() -> None:
    picture = {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}
    for pictures, words in ((1, "a picture"), (2, "2 pictures")):
        content = [{"type": "input_text", "text": "look"}, *[picture] * pictures]
        item = {"type": "message", "role": "user", "content": content}
        frame = json.dumps({"type": "conversation.item.create", "item": item})
        assert summary(decode_client(frame, Dialect.GA)) == f"user · “look” · {words}"
