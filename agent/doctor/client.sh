check() { name=$1; want=$2; shift 2
  if said=$(curl -sS --max-time 20 -H 'authorization: Bearer self-test' -w '\nHTTP/%{http_version}' "$@" 2>&1); then
    case $said in *"$want"*) printf '%s\tok\t%s\n' "$name" "${said##*
}";; *) printf '%s\tfailed\t%.120s\n' "$name" "$said";; esac
  else printf '%s\tfailed\t%s\n' "$name" "$(printf %s "$said" | tr '\n\t' '  ')"; fi; }
check HTTP/1.1 wiretally-self-test --http1.1 "$WIRETALLY_TEST_URL/models"
case $WIRETALLY_TEST_URL$(curl -V) in https*HTTP2*) check HTTP/2 wiretally-self-test --http2 "$WIRETALLY_TEST_URL/models";; esac
check stream '[DONE]' -N -H 'content-type: application/json' -d '{"model":"wiretally-self-test","stream":true,"messages":[]}' "$WIRETALLY_TEST_URL/chat/completions"
