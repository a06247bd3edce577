mock_provider "aws" {}

variables {
  name         = "shop"
  repositories = ["web"]
  kms_key_arn  = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "keeps_images_as_they_were_pushed" {
  command = plan

  assert {
    condition     = aws_ecr_repository.this["web"].image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this["web"].image_scanning_configuration[0].scan_on_push
    error_message = "A tag means one image, and every image is scanned."
  }

  assert {
    condition     = aws_ecr_repository.this["web"].encryption_configuration[0].kms_key == var.kms_key_arn
    error_message = "Images are encrypted with a key of ours."
  }
}

run "refuses_a_name_that_ecr_refuses" {
  command = plan

  variables {
    repositories = ["Web"]
  }

  expect_failures = [var.repositories]
}
