"""Groups of customers: what they are formed by, and the stored model that tells whose is whose."""
