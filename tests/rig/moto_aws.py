# moto's server, whose KMS signs a digest as it is: moto 5.1 hashes it once more (getmoto/moto#10202), which AWS does not do.
# Takes the arguments of moto_server.
import sys
from contextvars import ContextVar

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from moto.kms.responses import KmsResponse
from moto.kms.utils import ECDSAPrivateKey
from moto.server import main

is_digest = ContextVar("is_digest", default=False)
answer, sign = KmsResponse.sign, ECDSAPrivateKey.sign


def answer_sign(self):
    token = is_digest.set(self._get_param("MessageType") == "DIGEST")
    try:
        return answer(self)
    finally:
        is_digest.reset(token)


def sign_digest(self, message, signing_algorithm):
    if is_digest.get() and signing_algorithm == "ECDSA_SHA_256":
        return self.private_key.sign(message, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    return sign(self, message, signing_algorithm)


KmsResponse.sign, ECDSAPrivateKey.sign = answer_sign, sign_digest
main(sys.argv[1:])
