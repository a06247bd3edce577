# Moves a share of a region's users to another: weights of records that exist already.
set_share() { # from to percent
  local from=$1 to=$2 percent=$3 domain name zone records changes
  while read -r domain name; do
    zone=$(aws route53 list-hosted-zones-by-name --dns-name "${domain}." --max-items 1 \
      --query "HostedZones[?Name=='${domain}.' && !Config.PrivateZone].Id" --output text)
    records=$(aws route53 list-resource-record-sets --hosted-zone-id "${zone}" \
      --query "ResourceRecordSets[?Name=='${name}.' && Type=='CNAME']" --output json)
    changes=$(jq --compact-output --arg from "${from}" --arg to "${to}" --argjson percent "${percent}" '
      { Comment: "\($percent) % of \($from) to \($to)",
        Changes: [.[] | .Weight = (if .SetIdentifier == $from then 100 - $percent
                                   elif .SetIdentifier == $to then $percent else 0 end)
                      | { Action: "UPSERT", ResourceRecordSet: . }] }' <<<"${records}")
    run 15 "${percent} % of ${from} to ${to}: ${name}" \
      aws route53 change-resource-record-sets --hosted-zone-id "${zone}" --change-batch "${changes}"
  done < <(names "${from}")
}
