# Moves a share of a region's users to another: weights of records that exist already.
set_share() { # from to percent
  local from=$1 to=$2 percent=$3 domain name own other zone records changes
  IFS=' ' read -r domain name other < <(names "${to}")
  while IFS=' ' read -r domain name own; do
    zone=$(aws route53 list-hosted-zones-by-name --dns-name "${domain}." --max-items 1 \
      --query "HostedZones[?Name=='${domain}.' && Config.PrivateZone==\`false\`].Id" --output text) || zone=""
    [[ -n ${zone} ]] || die 75 "Route 53 does not answer, or has no zone ${domain}"
    records=$(aws route53 list-resource-record-sets --hosted-zone-id "${zone}" \
      --query "ResourceRecordSets[?Name=='${name}.' && (Type=='CNAME' || Type=='A')]" --output json) || die 75 "Route 53 does not say what ${name} is"
    changes=$(jq --compact-output --arg own "${own}" --arg other "${other}" --argjson percent "${percent}" '
      { Comment: "\($percent) % of \($own) to \($other)",
        Changes: [.[] | .Weight = (if .SetIdentifier == $own then 100 - $percent
                                   elif .SetIdentifier == $other then $percent else 0 end)
                      | { Action: "UPSERT", ResourceRecordSet: . }] }' <<<"${records}") || die 75 "the records of ${name} cannot be read"
    run 15 "${percent} % of ${from} to ${to}: ${name}" \
      aws route53 change-resource-record-sets --hosted-zone-id "${zone}" --change-batch "${changes}" || die 75 "the record ${name} is as it was"
  done < <(names "${from}")
}
