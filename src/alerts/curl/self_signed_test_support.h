#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace gapless {

using TlsContext = std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)>;

/// Of a TLS server whose certificate is for 127.0.0.1, good for an hour, and signed by nobody else.
inline TlsContext self_signed_context() {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), &X509_free);
  X509* const made = certificate.get();
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  X509_gmtime_adj(X509_getm_notBefore(made), -60);
  X509_gmtime_adj(X509_getm_notAfter(made), 3600);
  X509_NAME* const name = X509_get_subject_name(made);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("127.0.0.1"), -1, -1, 0);
  X509_set_issuer_name(made, name);
  X509_set_pubkey(made, key.get());
  const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> address(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"), &X509_EXTENSION_free);
  X509_add_ext(made, address.get(), -1);

  TlsContext context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (!key || !address || X509_sign(made, key.get(), EVP_sha256()) == 0 || !context ||
      SSL_CTX_use_certificate(context.get(), made) != 1 || SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1)
    throw std::runtime_error("cannot make a certificate");
  return context;
}

}  // namespace gapless
