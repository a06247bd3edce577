output "key_ids" {
  description = "Ids of the keys by name: projects/P/locations/L/keyRings/PREFIX-L/cryptoKeys/KEY. Known only after the grants."
  value       = { for name, key in google_kms_crypto_key.this : name => key.id }
  depends_on  = [google_kms_crypto_key_iam_member.agent]
}
