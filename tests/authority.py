"""A time-stamping authority of a test's own: OpenSSL's, behind a small HTTP server."""

import subprocess
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.newsroom.loopback import Loopback

CONFIG = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = {name}
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = one
[one]
serial = {home}/serial
crypto_device = builtin
signer_cert = {home}/leaf.pem
signer_key = {home}/leaf.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


class Authority(Loopback):
    """Use as a context manager. `roots`: the file with its certificate; `refuses` makes it answer 500."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.refuses = False
        self.asked = 0
        self.roots = home / "root.pem"
        self._make_certificates()

    def handler(self) -> type[BaseHTTPRequestHandler]:
        return _handler(self)

    def stamp(self, query: bytes) -> bytes:
        """An answer with the authority's own certificate alone."""
        asked, answer = self._home / "query.tsq", self._home / "answer.tsr"
        asked.write_bytes(query)
        self._openssl(
            "ts", "-reply", "-config", "openssl.cnf", "-section", "one", "-queryfile", str(asked), "-out", str(answer)
        )
        return answer.read_bytes()

    def _make_certificates(self) -> None:
        self._home.mkdir(exist_ok=True)
        (self._home / "serial").write_text("01\n")
        for name in ("root", "leaf"):
            (self._home / "openssl.cnf").write_text(CONFIG.format(name=f"Test {name}", home=self._home))
            self._openssl(
                "req",
                "-new",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                f"{name}.key",
                "-out",
                f"{name}.csr",
                "-config",
                "openssl.cnf",
            )
        common = ("-days", "30", "-extfile", "openssl.cnf")
        self._openssl(
            "x509", "-req", "-in", "root.csr", "-signkey", "root.key", "-out", "root.pem", "-extensions", "ca", *common
        )
        self._openssl(
            "x509",
            "-req",
            "-in",
            "leaf.csr",
            "-CA",
            "root.pem",
            "-CAkey",
            "root.key",
            "-CAcreateserial",
            "-out",
            "leaf.pem",
            "-extensions",
            "leaf",
            *common,
        )

    def _openssl(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], cwd=self._home, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def _handler(authority: Authority) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            authority.asked += 1
            query = self.rfile.read(int(self.headers["Content-Length"]))
            if authority.refuses:
                self.send_error(500)
                return
            body = authority.stamp(query)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
