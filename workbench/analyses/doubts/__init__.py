"""What would explain a flag away: other people, bars, dates or measures."""
