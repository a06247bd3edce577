# The range that the proxies of regional load balancers in one region stand in; all of them share it.

resource "google_compute_subnetwork" "this" {
  #checkov:skip=CKV_GCP_26:A proxy-only range takes no flow logs.
  #checkov:skip=CKV_GCP_74:No machine stands in a proxy-only range.
  #checkov:skip=CKV_GCP_76:No machine stands in a proxy-only range.
  project       = var.project_id
  name          = "${var.name}-proxy-${var.region}"
  network       = var.network_id
  region        = var.region
  ip_cidr_range = var.cidr
  purpose       = "REGIONAL_MANAGED_PROXY"
  role          = "ACTIVE"
}
