"""The catalogue of errors, made from the mistakes that the tests make and the messages that they keep."""
