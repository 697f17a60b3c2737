"""Rehearsals for the desks: what a morning would flag and mail, with or without an act. No Prefect run."""

from tasks.rehearsing import Picture as Picture
from tasks.rehearsing import PlannedMail as PlannedMail
from tasks.rehearsing import rehearse as rehearse
from tasks.rehearsing import rehearse_release as rehearse_release
from tasks.rules.release import Refusal as Refusal
