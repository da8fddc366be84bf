import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Ask {
  public static void main(String[] arguments) throws Exception {
    System.out.println(ProcessHandle.current().pid());
    var base = System.getenv().getOrDefault("OPENAI_BASE_URL", "https://api.openai.com/v1");
    var url = URI.create(base + "/chat/completions");
    var client = HttpClient.newHttpClient();
    for (var stream : new String[] {"false", "true"}) {
      var body = "{\"model\": \"gpt-4o-mini\", \"stream\": " + stream
          + ", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}";
      var request = HttpRequest.newBuilder(url).header("content-type", "application/json")
          .header("authorization", "Bearer " + System.getenv("OPENAI_API_KEY"))
          .POST(HttpRequest.BodyPublishers.ofString(body)).build();
      System.out.print(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
  }
}
