"""One chart file for each analysis: a result comes in, an Altair chart goes out."""
