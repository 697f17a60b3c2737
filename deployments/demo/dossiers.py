"""The thirteen dossiers of the seven mornings, each as a timeline of what the software says.

Add a dossier here when the story grows. Codes and procedure names are illustrative, no person stands behind any.
"""

from datetime import datetime

from deployments.demo.story import Dossier, Procedure, View, at

BIRTH = Procedure(code="1.004884", name="Đăng ký lại khai sinh", field="Hộ tịch", days=5)
MARRIAGE = Procedure(code="1.004746", name="Đăng ký lại kết hôn", field="Hộ tịch", days=5)
HOUSEHOLD = Procedure(code="1.001612", name="Đăng ký thành lập hộ kinh doanh", field="Hộ kinh doanh", days=3)
ALLOWANCE = Procedure(code="1.001776", name="Điều chỉnh trợ cấp xã hội hằng tháng", field="Bảo trợ xã hội", days=10)
ALCOHOL = Procedure(code="2.000620", name="Cấp giấy phép bán lẻ rượu", field="Lưu thông hàng hóa", days=5)
LAND = Procedure(code="1.012783", name="Đăng ký biến động quyền sử dụng đất", field="Đất đai", days=7)
DEATH = Procedure(code="1.005461", name="Đăng ký lại khai tử", field="Hộ tịch", days=5)
SINGLE = Procedure(code="1.004873", name="Cấp giấy xác nhận tình trạng hôn nhân", field="Hộ tịch", days=3)
BURIAL = Procedure(code="1.001731", name="Hỗ trợ chi phí mai táng", field="Bảo trợ xã hội", days=5)
FOOD = Procedure(
    code="2.001827",
    name="Cấp giấy chứng nhận đủ điều kiện an toàn thực phẩm",
    field="Chất lượng nông, lâm, thủy sản",
    days=5,
)
VETERINARY = Procedure(code="1.005319", name="Cấp lại chứng chỉ hành nghề thú y", field="Thú y", days=2)

PROCEDURES = (BIRTH, MARRIAGE, HOUSEHOLD, ALLOWANCE, ALCOHOL, LAND, DEATH, SINGLE, BURIAL, FOOD, VETERINARY)

APPRAISAL = "Thẩm định hồ sơ"
SIGNATURE = "Trình ký"
RETURN = "Trả kết quả"
SUPPLEMENT = "Chờ bổ sung hồ sơ"
LAND_CHECK = "Thẩm tra hồ sơ đất đai"
STEP_CODES = {APPRAISAL: "310", SIGNATURE: "610", RETURN: "900", SUPPLEMENT: "400", LAND_CHECK: "550"}

REGISTRAR = "Chuyên viên Văn phòng HĐND và UBND"
ECONOMY = "Chuyên viên Phòng Kinh tế, Hạ tầng và Đô thị"
WELFARE = "Chuyên viên Phòng Văn hóa – Xã hội"
LAND_OFFICE = "Chuyên viên Chi nhánh Văn phòng Đăng ký đất đai"
FOOD_OFFICE = "Chuyên viên Chi cục Chất lượng, Chế biến và Phát triển thị trường"
VETERINARY_OFFICE = "Chuyên viên Chi cục Chăn nuôi và Thú y"


def _working(since: datetime, due: datetime, step: str = APPRAISAL, action: str = "Chuyển xử lý") -> View:
    return View(since=since, status="processing", step=step, action=action, due=due)


def _waiting(since: datetime, due: datetime) -> View:
    action = "Yêu cầu bổ sung hồ sơ"
    return View(since=since, status="waiting", step=SUPPLEMENT, action=action, due=due, lock="PAUSE")


def _releasing(since: datetime, due: datetime) -> View:
    return View(since=since, status="releasing", step=RETURN, action="Ký duyệt", due=due, released=since)


def _done(since: datetime, due: datetime, released: datetime, finished: datetime | None = None) -> View:
    return View(
        since=since,
        status="done",
        step=RETURN,
        action="Trả kết quả",
        due=due,
        released=released,
        finished=finished or since,
    )


T1 = Dossier(
    item="T1",
    record_id=410012,
    code="H13.45-261109-0012",
    agency="UBND-TL",
    procedure=BIRTH,
    received=at(9, 11, 9, 10),
    officer_post=REGISTRAR,
    views=(_working(at(9, 11, 9, 10), at(16, 11, 17)), _releasing(at(26, 11, 15), at(16, 11, 17))),
)
# Received after hours; the software counted from that evening. What it says is corrected only during 26/11.
T2 = Dossier(
    item="T2",
    record_id=410041,
    code="H13.45-261113-0041",
    agency="UBND-TL",
    procedure=MARRIAGE,
    received=at(13, 11, 17, 20),
    officer_post=REGISTRAR,
    views=(
        _working(at(13, 11, 17, 20), at(20, 11, 17)),
        _done(at(26, 11, 16, 40), at(20, 11, 17), released=at(20, 11, 16, 30), finished=at(23, 11, 8, 20)),
    ),
)
T3 = Dossier(
    item="T3",
    record_id=410107,
    code="H13.45-261119-0007",
    agency="UBND-TL",
    procedure=HOUSEHOLD,
    received=at(19, 11, 9),
    officer_post=ECONOMY,
    online=True,
    views=(
        _working(at(19, 11, 9), at(24, 11, 17), SIGNATURE),
        _releasing(at(25, 11, 16), at(24, 11, 17)),
        _done(at(26, 11, 9, 15), at(24, 11, 17), released=at(25, 11, 16)),
    ),
)
T4 = Dossier(
    item="T4",
    record_id=410219,
    code="H13.45-261102-0019",
    agency="UBND-TL",
    procedure=ALLOWANCE,
    received=at(2, 11, 10, 15),
    officer_post=WELFARE,
    views=(
        _working(at(2, 11, 10, 15), at(16, 11, 17)),
        _waiting(at(5, 11, 15), at(16, 11, 17)),
        _working(at(12, 11, 9, 30), at(23, 11, 17), SIGNATURE, "Tiếp nhận bổ sung"),
        _releasing(at(23, 11, 14, 30), at(23, 11, 17)),
        _done(at(25, 11, 8, 10), at(23, 11, 17), released=at(23, 11, 14, 30)),
    ),
)
# While it waits the appointment stands still; only the resumption moves it.
T5 = Dossier(
    item="T5",
    record_id=410308,
    code="H13.45-261110-0008",
    agency="UBND-TL",
    procedure=ALCOHOL,
    received=at(10, 11, 8, 40),
    officer_post=ECONOMY,
    online=True,
    views=(
        _working(at(10, 11, 8, 40), at(17, 11, 17)),
        _waiting(at(13, 11, 10), at(17, 11, 17)),
        _working(at(30, 11, 9), at(2, 12, 17), SIGNATURE, "Tiếp nhận bổ sung"),
        _releasing(at(30, 11, 16, 30), at(2, 12, 17)),
    ),
)
T6 = Dossier(
    item="T6",
    record_id=410423,
    code="H13.45-261105-0023",
    agency="UBND-TL",
    procedure=LAND,
    received=at(5, 11, 14),
    officer_post=LAND_OFFICE,
    views=(
        _working(at(5, 11, 14), at(16, 11, 17)),
        View(
            since=at(12, 11, 8, 30),
            status="interoperating",
            step=LAND_CHECK,
            action="Chuyển liên thông",
            due=at(16, 11, 17),
        ),
        _releasing(at(27, 11, 11), at(16, 11, 17)),
    ),
)
T7 = Dossier(
    item="T7",
    record_id=410503,
    code="H13.45-261102-0003",
    agency="UBND-TL",
    procedure=DEATH,
    received=at(2, 11, 8, 5),
    officer_post=REGISTRAR,
    views=(_working(at(2, 11, 8, 5), at(9, 11, 17)), _releasing(at(9, 11, 16, 20), at(9, 11, 17))),
)
A1 = Dossier(
    item="A1",
    record_id=420005,
    code="H13.62-261026-0005",
    agency="UBND-TA",
    procedure=SINGLE,
    received=at(26, 10, 8, 30),
    officer_post=REGISTRAR,
    views=(_working(at(26, 10, 8, 30), at(29, 10, 17)), _releasing(at(27, 11, 16), at(29, 10, 17))),
)
A2 = Dossier(
    item="A2",
    record_id=420109,
    code="H13.62-261120-0009",
    agency="UBND-TA",
    procedure=BURIAL,
    received=at(20, 11, 10),
    officer_post=WELFARE,
    views=(_working(at(20, 11, 10), at(30, 11, 17)), _releasing(at(30, 11, 15, 30), at(30, 11, 17))),
)
Q1 = Dossier(
    item="Q1",
    record_id=430014,
    code="H13.65-261112-0014",
    agency="UBND-TQ",
    procedure=BIRTH,
    received=at(12, 11, 13, 45),
    officer_post=REGISTRAR,
    views=(_working(at(12, 11, 13, 45), at(19, 11, 17), SIGNATURE), _releasing(at(23, 11, 10, 45), at(19, 11, 17))),
)
L1 = Dossier(
    item="L1",
    record_id=440006,
    code="H13.71-261111-0006",
    agency="UBND-TRL",
    procedure=MARRIAGE,
    received=at(11, 11, 9),
    officer_post=REGISTRAR,
    views=(_working(at(11, 11, 9), at(18, 11, 17)),),
)
S1 = Dossier(
    item="S1",
    record_id=450031,
    code="H13.08-261116-0031",
    agency="SNNMT",
    procedure=FOOD,
    received=at(16, 11, 16, 30),
    officer_post=FOOD_OFFICE,
    online=True,
    views=(_working(at(16, 11, 16, 30), at(23, 11, 17), SIGNATURE), _releasing(at(23, 11, 15, 40), at(23, 11, 17))),
)
S2 = Dossier(
    item="S2",
    record_id=450117,
    code="H13.08-261120-0017",
    agency="SNNMT",
    procedure=VETERINARY,
    received=at(20, 11, 15),
    officer_post=VETERINARY_OFFICE,
    views=(_working(at(20, 11, 15), at(25, 11, 17)), _releasing(at(26, 11, 16), at(25, 11, 17))),
)

DOSSIERS: tuple[Dossier, ...] = (T1, T2, T3, T4, T5, T6, T7, A1, A2, Q1, L1, S1, S2)
