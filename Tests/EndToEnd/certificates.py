"""Certificates for a test, made with the openssl command: an authority and what it signs."""

from __future__ import annotations

import subprocess
from pathlib import Path


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Authority:
    """A certificate authority in a folder of its own."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.certificate, self.key = folder / f"{name}.pem", folder / f"{name}.key"
        new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
        openssl(*new, "-keyout", str(self.key), "-out", str(self.certificate), "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, name: str, *, names: str = "DNS:localhost,IP:127.0.0.1", days: int = 2) -> tuple[Path, Path]:
        """A certificate and its key."""
        certificate, key, request = (self.folder / f"{name}.{ending}" for ending in ("pem", "key", "csr"))
        new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}"]
        openssl(*new, "-keyout", str(key), "-out", str(request))
        signed = ["x509", "-req", "-in", str(request), "-CA", str(self.certificate), "-CAkey", str(self.key), "-CAcreateserial", "-copy_extensions", "copy"]
        openssl(*signed, "-days", str(days), "-out", str(certificate))
        key.chmod(0o600)
        return certificate, key
