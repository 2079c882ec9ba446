"""The usual estimators of an event study, with their bands and gaps."""
