"""The words of an approval, Vietnamese and English: the form, the table above it, and how it ended."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "form": "{n} thư chờ duyệt trong ngày {day}, người trình: {asked_by}. Danh sách nội dung ở thẻ Artifacts của "
        "lượt chạy này; toàn văn từng thư: `dondoc outbox show SỐ`. Người duyệt phải khác người trình. Không trả lời "
        "trước {until} thì không thư nào được gửi; nội dung còn tồn sẽ được trình lại vào ngày làm việc sau.",
        "again": "**Chưa ghi nhận:** {fault}",
        "approver": "Người duyệt",
        "approver_note": "Họ tên và chức danh; ghi vào sổ.",
        "reason": "Lý do",
        "reason_note": "Bắt buộc khi bỏ một thư; ghi vào sổ.",
        "mail": "Thư số {id} – {post}",
        "mail_note": "{subject}",
        "keep": "chưa quyết định",
        "approve": "duyệt, cho gửi",
        "drop": "không gửi hôm nay",
        "same_person": "người duyệt phải khác người trình.",
        "no_approver": "hãy ghi người duyệt.",
        "no_reason": "không gửi một thư thì phải nêu lý do.",
        "heads": "Thư số|Người nhận|Lý do giữ|Đơn vị|Mã|Hạn|Số ngày làm việc quá hạn",
        "table": "Đang giữ lại, chờ người có thẩm quyền: {n} thư, {items} nội dung.",
        "cut": "Chỉ hiện {shown} dòng đầu.",
        "approval": "trình lãnh đạo",
        "nobody": "Hãy ghi người trình: người duyệt phải là người khác.",
        "sandbox_only": "Thời điểm tính chỉ dùng trong kho thử nghiệm.",
        "nothing": "Hôm nay không có thư nào chờ duyệt.",
        "too_late": "Đã quá {until}: hôm nay không gửi được nữa. Nội dung còn tồn sẽ được trình lại vào ngày làm việc "
        "sau.",
        "timed_out": "Không ai trả lời trước {until}: không thư nào được gửi, nội dung còn tồn sẽ được trình lại.",
        "done": "{by}: duyệt {approved}, không gửi {dropped}, chưa quyết định {kept}.",
        "changed": "Đã thay đổi trong lúc chờ, không thực hiện: thư số {ids}. Hãy trình lại.",
        "sending": "Lượt gửi: {outcome}.",
    },
    "en": {
        "form": "{n} mails wait for an approval on {day}, submitted by {asked_by}. What they tell is listed under "
        "Artifacts of this run; the whole of a mail: `dondoc outbox show ID`. Who approves must be another person. "
        "Without an answer before {until} none goes out; what is still open is submitted again on the next working "
        "day.",
        "again": "**Not recorded yet:** {fault}",
        "approver": "Approved by",
        "approver_note": "Name and post; goes into the books.",
        "reason": "Reason",
        "reason_note": "Required when a mail is not sent; goes into the books.",
        "mail": "Mail {id} – {post}",
        "mail_note": "{subject}",
        "keep": "not decided",
        "approve": "approved, send it",
        "drop": "not to be sent today",
        "same_person": "who approves must be another person than who submits.",
        "no_approver": "say who approves.",
        "no_reason": "not sending a mail needs a reason.",
        "heads": "Mail|Recipient|Held because|Unit|Code|Due|Working days late",
        "table": "Held back until a person decides: {n} mails, {items} items.",
        "cut": "The first {shown} lines only.",
        "approval": "leadership list",
        "nobody": "Say who submits: who approves must be another person.",
        "sandbox_only": "A moment can be given in a sandbox warehouse only.",
        "nothing": "No mail waits for an approval today.",
        "too_late": "It is past {until}: nothing goes out today any more. What is still open is submitted again on the "
        "next working day.",
        "timed_out": "Nobody answered before {until}: no mail goes out, what is still open is submitted again.",
        "done": "{by}: {approved} approved, {dropped} not sent, {kept} not decided.",
        "changed": "Changed meanwhile, nothing done: mail {ids}. Submit again.",
        "sending": "Sending: {outcome}.",
    },
}
