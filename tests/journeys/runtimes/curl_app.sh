echo $$
url=${OPENAI_BASE_URL:-https://api.openai.com/v1}/chat/completions
set -- -sS -H "authorization: Bearer $OPENAI_API_KEY" -H "content-type: application/json"
exec curl "$@" -d '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello"}]}' "$url" \
  --next "$@" -N -d '{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"Hello"}]}' "$url"
