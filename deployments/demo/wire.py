"""Records as OpenCPS puts them on the wire: field names, dates as text, and its inconsistent JSON types.

The applicant's fields are there, as on a real server, with canary values that no person bears: finding one of them
in a mail, a log or the warehouse proves a leak. Which rows are sent is decided in `one_stop_query.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deployments.demo.bad_rows import BadRow
from deployments.demo.dossiers import STEP_CODES
from deployments.demo.story import Dossier, Procedure, View

CANARY = "CANARY"
GROUP_ID = 55853
AGENCIES: dict[str, str] = {
    "UBND-TL": "UBND phường Thới Long",
    "UBND-TA": "UBND xã Thạnh An",
    "UBND-TQ": "UBND xã Thạnh Quới",
    "UBND-TRL": "UBND xã Trường Long",
    "UBND-PD": "UBND xã Phong Điền",
    "SNNMT": "Sở Nông nghiệp và Môi trường",
}
_STATUS_TEXT = {
    "processing": "Đang xử lý",
    "interoperating": "Đang xử lý liên thông",
    "waiting": "Chờ bổ sung",
    "releasing": "Chờ trả kết quả",
    "done": "Đã trả kết quả",
}
_DIGITS_TO_NUMBERS = ("stepCode", "lastActionCode", "statusReg", "viaPostal", "origin")


@dataclass(frozen=True, slots=True)
class Row:
    """One record; `swept` rows are served by every open sweep whatever their dates say."""

    body: dict[str, Any]
    swept: bool = False


def date_text(moment: datetime | None) -> str:
    """`dd/MM/yyyy HH:mm:ss`, "" for null."""
    return moment.strftime("%d/%m/%Y %H:%M:%S") if moment else ""


def dossier_row(dossier: Dossier, view: View) -> Row:
    """The record of a story dossier as the software tells it in that view."""
    body = _common(dossier.record_id, dossier.code, dossier.agency, dossier.procedure)
    body |= _dates(date_text(dossier.received), date_text(view.due), view) | _state(view.status, view.step, view.lock)
    body |= {"lastActionDate": date_text(view.since), "lastActionName": view.action}
    body |= {"online": _flag(dossier.record_id, value=dossier.online), "modifiedDate": date_text(view.since)}
    return Row(_as_numbers(body))


def bad_row(row: BadRow) -> Row:
    """One of the seven: in every sweep."""
    body = _common(row.record_id, row.code, row.agency, row.procedure)
    body |= _dates(row.received, row.due, None) | _state(row.status, row.step, "")
    body |= {"lastActionDate": row.acted, "lastActionName": "Chuyển xử lý", "modifiedDate": row.acted}
    body |= {"online": _flag(row.record_id, value=False)}
    return Row(_as_numbers(body), swept=True)


def for_list(body: dict[str, Any]) -> dict[str, Any]:
    """As the list shows it: the software never fills `modifiedDate` there."""
    return body | {"modifiedDate": ""}


def for_detail(body: dict[str, Any]) -> dict[str, Any]:
    """As the detail call shows it: no field names, `stepOverdue` hard-wired."""
    detail = {name: value for name, value in body.items() if name not in {"domainCode", "domainName"}}
    return detail | {"stepOverdue": "true"}


def _common(record_id: int, code: str, agency: str, procedure: Procedure) -> dict[str, Any]:
    return {
        "dossierId": record_id,
        "groupId": GROUP_ID,
        "referenceUid": f"00000000-0000-4000-8000-{record_id:012d}",
        "dossierNo": code,
        "dossierIdCTN": f"{record_id}",
        "systemId": 0,
        "serviceCode": procedure.code,
        "serviceName": procedure.name,
        "domainCode": procedure.field[:2].upper(),
        "domainName": procedure.field,
        "govAgencyCode": agency,
        "govAgencyName": AGENCIES.get(agency, ""),
        "originality": 3,
        "origin": "0",
        "statusReg": "4",
        "viaPostal": "1",
        "durationCount": float(procedure.days),
        "durationUnit": 0,
        **_canaries(record_id),
    }


def _canaries(record_id: int) -> dict[str, Any]:
    return {
        "applicantName": f"{CANARY}-NGUOI-NOP-{record_id}",
        "applicantIdType": "citizen",
        "applicantIdNo": f"{CANARY}-SO-DINH-DANH-{record_id}",
        "address": f"{CANARY}-DIA-CHI-{record_id}",
        "contactName": f"{CANARY}-LIEN-HE-{record_id}",
        "contactTelNo": f"{CANARY}-DIEN-THOAI-{record_id}",
        "contactEmail": f"{CANARY.lower()}-{record_id}@applicant.invalid",
        "delegateName": f"{CANARY}-UY-QUYEN-{record_id}",
        "applicantNote": f"<p>{CANARY}-GHI-CHU-{record_id}</p>",
        "hasPassword": f"{CANARY}-MAT-KHAU-{record_id}",
        "lastActionUser": f"{CANARY}-CAN-BO-{record_id}",
        "currentActionUser": f"{CANARY}-CAN-BO-{record_id}{CANARY}-CAN-BO-HAI-{record_id}",
    }


def _dates(received: str, due: str, view: View | None) -> dict[str, Any]:
    return {
        "createDate": received,
        "submitDate": received,
        "receiveDate": received,
        "dueDate": due,
        "releaseDate": date_text(view.released if view else None),
        "finishDate": date_text(view.finished if view else None),
        "extendDate": "",
        "cancellingDate": "",
        "correctingDate": "",
    }


def _state(status: str, step: str, lock: str) -> dict[str, Any]:
    return {
        "dossierStatus": status,
        "dossierStatusText": _STATUS_TEXT.get(status, status),
        "dossierSubStatus": "",
        "dossierSubStatusText": "",
        "lockState": lock,
        "stepCode": STEP_CODES[step],
        "stepName": step,
        "lastActionCode": f"{STEP_CODES[step]}0",
        "dossierOverdue": "Tạm dừng xử lý" if lock else "",
        "stepOverdue": "",
    }


def _flag(record_id: int, *, value: bool) -> bool | str:
    """A boolean, or the same as text: the wire shows both."""
    return value if record_id % 2 else str(value).lower()


def _as_numbers(body: dict[str, Any]) -> dict[str, Any]:
    digits = {name: int(body[name]) for name in _DIGITS_TO_NUMBERS if str(body.get(name, "")).isdigit()}
    return body | digits
