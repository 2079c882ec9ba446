"""Intake: from a calibration spreadsheet, whatever its shape, to a panel and its problems."""
