require "json"
require "net/http"

puts Process.pid
base = ENV.fetch("OPENAI_BASE_URL", "https://api.openai.com/v1")
url = URI("#{base}/chat/completions")
headers = { "content-type" => "application/json", "authorization" => "Bearer #{ENV["OPENAI_API_KEY"]}" }
[false, true].each do |stream|
  body = { model: "gpt-4o-mini", stream: stream, messages: [{ role: "user", content: "Hello" }] }
  print Net::HTTP.post(url, body.to_json, headers).body
end
