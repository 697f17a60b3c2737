"""Pure rendering of what people look at besides mails: run cards, trace pages, the diary."""
