import Foundation
import Testing

@testable import TelegramSandbox

@Suite struct `Parameters come` {
    private func read(_ query: String?, _ type: String?, _ body: String) throws -> Parameters {
        try Parameters(query: query, contentType: type, body: Data(body.utf8))
    }

    @Test func `in a query, a form or a JSON body, the body winning`() throws {
        let query = try read("text=%D0%B4%D0%B0+%D0%BD%D0%B5%D1%82&n=5", nil, "")
        #expect(query.string("text") == "да нет")
        #expect(query.int("n") == 5)
        let form = try read("n=1", "application/x-www-form-urlencoded", "n=2&list=%5B1%5D&empty=")
        #expect(form.int("n") == 2)
        #expect(try form.json("list") == [1])
        #expect(form.string("empty") == "")
        let json = try read(nil, "application/json", #"{"chat_id": 7, "silent": true, "list": [1]}"#)
        #expect(json.string("chat_id") == "7")
        #expect(json.bool("silent"))
        #expect(try json.json("list") == [1])
    }

    @Test func `in a multipart body with a file`() throws {
        let body =
            "--X\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n7\r\n"
            + "--X\r\nContent-Disposition: form-data; name=\"doc\"; filename=\"имя \\\"1\\\".txt\"\r\n"
            + "Content-Type: text/plain\r\n\r\nline\r\n--Y\r\n\r\n--X\r\n"
            + "Content-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--X--\r\n"
        let parameters = try read(nil, "multipart/form-data; boundary=X", body)
        #expect(parameters.int("chat_id") == 7)
        #expect(parameters.files["doc"]?.name == "имя \"1\".txt")
        #expect(parameters.files["doc"]?.mime == "text/plain")
        #expect(parameters.files["doc"].map { String(decoding: $0.bytes, as: UTF8.self) } == "line\r\n--Y\r\n")
        #expect(parameters.string("empty") == "")
    }

    @Test(arguments: [
        "{", "[1]", "{\"a\":}", "{\"a\":1} x", "{\"a\":\"\n\"}", String(repeating: "[", count: 200), "nul",
    ])
    func `and what is not a JSON object is a mistake`(body: String) {
        #expect(throws: JSONMistake.self) { try read(nil, "application/json", body) }
    }

    @Test func `with numbers, escapes and surrogates intact`() throws {
        let json = try JSON(
            parsing: #"{"a":-1.5e3,"b":9007199254740993,"c":"\ud83d\ude42\u0041\n\"","d":[null,false,{}]}"#
        )
        #expect(json["a"]?.double == -1_500)
        #expect(json["b"]?.int == 9_007_199_254_740_993)
        #expect(json["c"] == "🙂A\n\"")
        #expect(try JSON(parsing: json.text) == json)
    }
}
