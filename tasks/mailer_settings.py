"""The `[mail]` table becomes what the transport and the renderer need."""
