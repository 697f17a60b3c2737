"""Landing of bodies as received and normalising of records into canonical columns."""
