package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {
	fmt.Println(os.Getpid())
	url := os.Getenv("OPENAI_BASE_URL")
	if url == "" {
		url = "https://api.openai.com/v1"
	}
	for _, stream := range []string{"false", "true"} {
		body := `{"model": "gpt-4o-mini", "stream": ` + stream + `, "messages": [{"role": "user", "content": "Hello"}]}`
		request, _ := http.NewRequest("POST", url+"/chat/completions", strings.NewReader(body))
		request.Header.Set("authorization", "Bearer "+os.Getenv("OPENAI_API_KEY"))
		request.Header.Set("content-type", "application/json")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			panic(err)
		}
		io.Copy(os.Stdout, answer.Body)
	}
}
