package main
import ("bytes"; "fmt"; "io"; "net/http"; "os"; "strings")
func check(name string, body io.Reader, path string, method string, want string) {
  request, _ := http.NewRequest(method, os.Getenv("WIRETALLY_TEST_URL")+path, body)
  request.Header.Set("authorization", "Bearer self-test")
  answer, err := http.DefaultClient.Do(request)
  if err != nil { fmt.Printf("%s\tfailed\t%s\n", name, strings.Join(strings.Fields(err.Error()), " ")); return }
  defer answer.Body.Close()
  read, err := io.ReadAll(answer.Body)
  if err != nil || !strings.Contains(string(read), want) { fmt.Printf("%s\tfailed\t%v %.80s\n", name, err, read); return }
  fmt.Printf("%s\tok\t%s\n", name, answer.Proto)
}
func main() {
  check("HTTP", nil, "/models", "GET", "wiretally-self-test")
  check("stream", bytes.NewBufferString("{\"model\": \"wiretally-self-test\", \"stream\": true, \"messages\": []}"), "/chat/completions", "POST", "[DONE]")
}
