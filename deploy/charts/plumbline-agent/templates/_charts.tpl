{{/* The names of the Secrets that the list of chart hosts needs, each once, as JSON. */}}
{{- define "plumbline-agent.chartSecrets" -}}
{{- $names := list -}}
{{- range .Values.charts -}}
{{- $names = concat $names (compact (list .credentialsSecret .caSecret)) -}}
{{- end -}}
{{- $names | uniq | toJson -}}
{{- end -}}

{{/* The list as the agent reads it: files in place of Secrets. */}}
{{- define "plumbline-agent.chartHosts" -}}
{{- $folder := "/var/run/plumbline-charts" -}}
{{- $entries := list -}}
{{- range .Values.charts -}}
{{- $entry := omit . "credentialsSecret" "caSecret" -}}
{{- with .credentialsSecret -}}
{{- if hasPrefix "s3://" $entry.url -}}
{{- $_ := set $entry "accessKeyIdFile" (printf "%s/%s/accessKeyId" $folder .) -}}
{{- $_ := set $entry "secretAccessKeyFile" (printf "%s/%s/secretAccessKey" $folder .) -}}
{{- else -}}
{{- $_ := set $entry "usernameFile" (printf "%s/%s/username" $folder .) -}}
{{- $_ := set $entry "passwordFile" (printf "%s/%s/password" $folder .) -}}
{{- end -}}
{{- end -}}
{{- with .caSecret -}}
{{- $_ := set $entry "caFile" (printf "%s/%s/ca.crt" $folder .) -}}
{{- end -}}
{{- $entries = append $entries $entry -}}
{{- end -}}
{{- dict "charts" $entries | toYaml -}}
{{- end -}}
