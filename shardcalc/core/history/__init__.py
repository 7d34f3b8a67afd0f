"""What CloudWatch measured of a stream, and the demand that follows from it."""
