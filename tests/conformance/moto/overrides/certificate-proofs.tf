# moto keeps every certificate as RSA_2048.

resource "aws_acm_certificate" "this" {
  lifecycle {
    ignore_changes = [key_algorithm]
  }
}
