"""Old fonts are seen for what they are; foreign names and odd marks are not taken for them."""

import pytest

from tasks.sources.legible import is_legible

VIETNAMESE = ["Đăng ký lại khai sinh", "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Thẩm định hồ sơ", "Lê Văn Ất"]


@pytest.mark.parametrize(
    ("case", "texts", "legible"),
    [
        ("Vietnamese", VIETNAMESE, True),
        ("nothing", [None, ""], True),
        ("a name from abroad", [*VIETNAMESE, "Jörg Müller", "Françoise Lefèvre"], True),
        ("marks", ["Diện tích 120 m² (±5)", "Nhiệt độ 25 °C", "Điều 5 §2 «bổ sung»"], True),
        ("TCVN3", ["CÊp giÊy phÐp x©y dùng nhµ ë", "§¨ng ký l¹i khai sinh", "ThÈm ®Þnh hå s¬"], False),
        ("VNI", ["Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Ñaêng kyù laïi khai sinh"], False),
        ("one old row in a long list", [*(f"Đăng ký lại khai sinh số {n}" for n in range(100)), "ThÈm ®Þnh"], True),
    ],
)
def test_what_can_be_read(case: str, texts: list[str | None], legible: bool) -> None:
    assert is_legible(texts) is legible, case
