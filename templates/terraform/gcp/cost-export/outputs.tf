output "dataset_id" {
  description = "Id of the dataset that the bill is exported to."
  value       = google_bigquery_dataset.billing.dataset_id
}
