"""Stateful stand-ins of the services, served over HTTP on loopback."""
