"""Great Expectations suites per dataset and the plain report of their results. No database access."""
