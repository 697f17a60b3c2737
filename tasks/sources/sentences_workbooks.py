"""What sources say about workbooks and about tables as offices send them. Part of the catalogue in sentences.py."""

WORKBOOKS: dict[str, tuple[str, str]] = {
    "format_unsupported": (
        "Nguồn {source}: tệp {file} không phải CSV hay XLSX nên không đọc được. Hãy lưu dạng XLSX hoặc CSV (UTF-8).",
        "Source {source}: file {file} is neither CSV nor XLSX and cannot be read. Save it as XLSX or CSV (UTF-8).",
    ),
    "workbook_old": (
        "Nguồn {source}: tệp {file} là định dạng Excel cũ (.xls). Hãy mở bằng Excel và lưu lại dạng .xlsx.",
        "Source {source}: file {file} is in the old Excel format (.xls). Open it in Excel and save it as .xlsx.",
    ),
    "workbook_html": (
        "Nguồn {source}: tệp {file} là trang web mang tên Excel. Hãy mở bằng Excel và lưu lại dạng .xlsx.",
        "Source {source}: file {file} is a web page named like a workbook. Open it in Excel and save it as .xlsx.",
    ),
    "workbook_locked": (
        "Nguồn {source}: tệp {file} có mật khẩu nên không đọc được. Hãy bỏ mật khẩu và gửi lại tệp.",
        "Source {source}: file {file} has a password and cannot be read. Remove the password and send it again.",
    ),
    "workbook_macros": (
        "Nguồn {source}: tệp {file} có macro nên không nhận. Hãy lưu lại dạng .xlsx không có macro.",
        "Source {source}: file {file} holds macros and is not taken. Save it as .xlsx without macros.",
    ),
    "workbook_linked": (
        "Nguồn {source}: tệp {file} lấy dữ liệu từ tệp hoặc máy chủ khác nên không nhận. "
        "Hãy dán giá trị thay cho liên kết và gửi lại tệp.",
        "Source {source}: file {file} takes data from other files or servers and is not taken. "
        "Paste values instead of links and send it again.",
    ),
    "workbook_foreign": (
        "Nguồn {source}: trong tệp {file} có tệp khác được nhúng nên không nhận. Hãy bỏ tệp nhúng và gửi lại.",
        "Source {source}: another file is embedded in file {file}, so it is not taken. Remove it and send it again.",
    ),
    "workbook_bomb": (
        "Nguồn {source}: tệp {file} bung ra quá lớn so với kích thước thật nên không mở. Hãy xuất lại tệp từ phần mềm.",
        "Source {source}: file {file} would unpack far beyond its size and is not opened. Export it again.",
    ),
    "workbook_entities": (
        "Nguồn {source}: tệp {file} có khai báo thực thể XML, Excel không bao giờ ghi như vậy, nên không mở. "
        "Hãy xuất lại tệp từ phần mềm.",
        "Source {source}: file {file} declares XML entities, which no spreadsheet does, and is not opened. "
        "Export it again.",
    ),
    "workbook_damaged": (
        "Nguồn {source}: tệp {file} bị hỏng hoặc bị cắt nên không đọc được. Hãy xuất và gửi lại tệp.",
        "Source {source}: file {file} is damaged or cut and cannot be read. Export it and send it again.",
    ),
    "workbook_too_complex": (
        "Nguồn {source}: bảng trong tệp {file} quá lớn. Hãy xóa dòng và cột trống thừa hoặc chia nhỏ tệp.",
        "Source {source}: the table in file {file} is too large. Delete surplus empty rows and columns or split it.",
    ),
    "workbook_too_slow": (
        "Nguồn {source}: đọc tệp {file} quá lâu nên dừng. Hãy chia nhỏ tệp hoặc xuất dạng CSV (UTF-8).",
        "Source {source}: reading file {file} took too long and was stopped. Split it or export it as CSV (UTF-8).",
    ),
    "workbook_tables": (
        "Nguồn {source}: tệp {file} có {count} trang tính đều là bảng dữ liệu, không rõ lấy trang nào. "
        "Hãy để một trang tính, ẩn hoặc xóa các trang còn lại.",
        "Source {source}: {count} sheets of file {file} hold a table and nothing says which one counts. "
        "Keep one sheet, hide or delete the others.",
    ),
    "left_out": (
        "Nguồn {source}: tệp {file} có phần không phải dữ liệu đã bỏ qua: {titles} dòng trên tiêu đề, {headings} dòng "
        "tiêu đề lặp hoặc đánh số, {groups} dòng nhóm, {totals} dòng tổng, {signatures} dòng chữ ký, "
        "{blank} dòng trống, {empty} cột trống.",
        "Source {source}: parts of file {file} that are no data were left out: {titles} row(s) above the heading, "
        "{headings} repeated heading(s) or column numbers, {groups} group(s), {totals} total(s), {signatures} of the "
        "signature block, {blank} blank row(s), {empty} blank column(s).",
    ),
}
