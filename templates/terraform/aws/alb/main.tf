# The public load balancer of a region: TLS of its hosts, and the ingress gateways of the mesh as targets, which the cluster binds by the target group's name.

resource "aws_acm_certificate" "this" {
  domain_name               = var.hosts[0]
  subject_alternative_names = slice(var.hosts, 1, length(var.hosts))
  validation_method         = "DNS"
  key_algorithm             = "EC_prime256v1"

  lifecycle {
    create_before_destroy = true
  }
}

# What proves the hosts serves all regions: certificate-proofs has it now, and a region that once wrote it lets go of it.
removed {
  from = aws_route53_record.certificate

  lifecycle {
    destroy = false
  }
}

# The records that prove the hosts are there already: no region owns them.
resource "aws_acm_certificate_validation" "this" {
  certificate_arn = aws_acm_certificate.this.arn
}

resource "aws_security_group" "this" {
  name        = "${var.name}-alb"
  description = "Users reach ${var.name} by HTTPS"
  vpc_id      = var.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "users" {
  for_each = { https = 443, redirect = 80 }

  #checkov:skip=CKV_AWS_260:port 80 only answers with a redirect to HTTPS
  security_group_id = aws_security_group.this.id
  description       = each.key
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_egress_rule" "gateways" {
  for_each = { traffic = var.target_port, health = var.health.port }

  security_group_id = aws_security_group.this.id
  description       = "Gateways of the mesh: ${each.key}"
  cidr_ipv4         = var.target_cidr
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_lb" "this" {
  #checkov:skip=CKV2_AWS_76:the web ACL is given from outside; the module waf refuses known bad inputs
  name               = var.name
  load_balancer_type = "application"
  subnets            = var.subnet_ids
  security_groups    = [aws_security_group.this.id]

  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  enable_deletion_protection = var.guarded
  enable_zonal_shift         = true

  access_logs {
    bucket  = var.logs_bucket
    prefix  = var.name
    enabled = true
  }
}

resource "aws_lb_target_group" "this" {
  name                 = var.name
  vpc_id               = var.vpc_id
  target_type          = "ip"
  port                 = var.target_port
  protocol             = "HTTPS"
  deregistration_delay = var.drain_seconds

  health_check {
    port                = tostring(var.health.port)
    protocol            = "HTTP"
    path                = var.health.path
    interval            = var.health.interval_seconds
    timeout             = var.health.timeout_seconds
    healthy_threshold   = var.health.healthy_threshold
    unhealthy_threshold = var.health.unhealthy_threshold
    matcher             = "200"
  }

  # A zone with fewer healthy targets than this leaves DNS; with all zones gone, so does the region.
  target_group_health {
    dns_failover {
      minimum_healthy_targets_percentage = tostring(var.minimum_healthy_percent)
    }

    unhealthy_state_routing {
      minimum_healthy_targets_count = 1
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate_validation.this.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

resource "aws_lb_listener" "redirect" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  resource_arn = aws_lb.this.arn
  web_acl_arn  = var.web_acl_arn
}

# Route 53 reads this alarm: no zone has enough healthy targets left. Without data the endpoint's own check decides.
resource "aws_cloudwatch_metric_alarm" "zones" {
  alarm_name          = "${var.name}-no-healthy-zone"
  alarm_description   = "No zone of ${var.name} has ${var.minimum_healthy_percent} % of its targets healthy."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyStateDNS"
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"

  dimensions = {
    LoadBalancer = aws_lb.this.arn_suffix
    TargetGroup  = aws_lb_target_group.this.arn_suffix
  }
}

# Names of this region alone.
resource "aws_route53_record" "own" {
  for_each = var.own_hosts

  zone_id = each.value
  name    = each.key
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = true
  }
}
