import Testing

@testable import Speech

struct EngineAnswerTests {
    private func heard(_ json: String, seconds: Double = 10) throws -> Recognition {
        try EngineAnswer(Array(json.utf8)).recognition(seconds: seconds)
    }

    @Test func `words on top are taken, with punctuation from the text where it has more`() throws {
        let recognition = try heard(
            """
            {"task":"transcribe","language":"russian","duration":"4.2","text":"Добрый день, Анна!",
             "words":[{"word":"Добрый","start":0.5,"end":0.9},{"word":"день","start":"1.0","end":1.4},
                      {"word":" Анна","start":1.5,"end":2}],"usage":{"type":"duration","seconds":5}}
            """
        )
        #expect(recognition.words.map(\.text) == ["Добрый", "день,", "Анна!"])
        #expect(recognition.words.map(\.start) == [0.5, 1, 1.5])
        #expect(recognition.hasExactTimes)
        #expect(!recognition.isSuspicious)
    }

    @Test func `words within segments are taken`() throws {
        let recognition = try heard(
            """
            {"text":" Да. Нет.","segments":[
              {"id":0,"start":0,"end":1,"text":" Да.","words":[{"word":" Да.","start":0.1,"end":0.4,"probability":0.9}]},
              {"id":1,"start":3,"end":4,"text":" Нет.","words":[{"text":"Нет.","start":3.1,"end":3.4,"score":0.5}]}]}
            """
        )
        #expect(recognition.words.map(\.text) == ["Да.", "Нет."])
        #expect(recognition.words.map(\.probability) == [0.9, 0.5])
    }

    @Test func `without times of words they are spread, and said to be`() throws {
        let segments = try heard(#"{"text":"аа бб","segments":[{"start":2,"end":4,"text":" аа бб"}]}"#)
        #expect(segments.words.map(\.start) == [2, 3])
        #expect(segments.words.map(\.end) == [3, 4])
        #expect(!segments.hasExactTimes)
        let text = try heard(#"{"text":"аа бб"}"#)
        #expect(text.words.map(\.end) == [5, 10])
        #expect(!text.hasExactTimes)
    }

    @Test func `nothing heard is no words, not a fault`() throws {
        #expect(try heard(#"{"text":"","words":[],"segments":[]}"#).words.isEmpty)
        #expect(try heard(#"{"text":""}"#).words.isEmpty)
    }

    @Test(arguments: [
        #"{"avg_logprob":-1.2}"#, #"{"compression_ratio":2.5}"#, #"{"no_speech_prob":0.7}"#,
    ])
    func `a doubtful segment is marked and kept`(marks: String) throws {
        let json =
            #"{"text":"раз два","segments":[{"start":1,"end":2,"text":"раз два",\#(marks.dropFirst().dropLast())}]}"#
        let recognition = try heard(json)
        #expect(recognition.words.count == 2)
        #expect(recognition.suspicious == [1...2])
        #expect(recognition.isSuspicious)
    }

    @Test(arguments: [
        #""text":"Редактор субтитров А.Семкин","no_speech_prob":0.1"#,
        #""text":"Субтитры сделал DimaTorzok","no_speech_prob":0.1"#,
        #""text":"Спасибо.","no_speech_prob":0.9,"avg_logprob":-1.5"#,
        #""text":"да да да да да да да да да да да да да","compression_ratio":5.1"#,
    ])
    func `a segment that cannot have been said is left out with its words`(fields: String) throws {
        let recognition = try heard(
            """
            {"text":"Алло. …","words":[{"word":"Алло.","start":0.2,"end":0.6},{"word":"лишнее","start":3.1,"end":3.9}],
             "segments":[{"start":0,"end":1,"text":"Алло.","avg_logprob":-0.2},{"start":3,"end":4,\(fields)}]}
            """
        )
        #expect(recognition.words.map(\.text) == ["Алло."])
        #expect(recognition.droppedSegments == 1)
        #expect(recognition.isSuspicious)
    }

    @Test(arguments: [
        #""text":"Спасибо за заказ.","no_speech_prob":0.9,"avg_logprob":-0.3"#,
        #""text":"да да да","compression_ratio":2.6"#, #""text":"Продолжение следует на почту","avg_logprob":-0.9"#,
    ])
    func `what may have been said is kept`(fields: String) throws {
        #expect(try heard(#"{"text":"x","segments":[{"start":3,"end":4,\#(fields)}]}"#).droppedSegments == 0)
    }

    @Test(arguments: [
        "", "null", "[]", "{}", "<html><body>502</body></html>", #"{"text":5}"#, #"{"words":[]}"#,
        #"{"text":"а","words":[{"word":"а","start":"nan","end":1}]}"#,
        #"{"text":"а","words":[{"word":"а","start":4000,"end":4001}]}"#,
        #"{"text":"а","words":[{"word":"а"}]}"#,
    ])
    func `what is no transcription is told as nonsense`(body: String) {
        let fault = #expect(throws: SpeechFault.self) { try heard(body) }
        guard case .nonsense = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }

    @Test func `times are made sound`() throws {
        let recognition = try heard(
            #"{"text":"в а б","words":[{"word":"в","start":9,"end":8},{"word":"а","start":-0.2,"end":0.1},{"word":"б","start":1,"end":2}]}"#
        )
        #expect(recognition.words.map(\.text) == ["а", "б", "в"])
        #expect(recognition.words.allSatisfy { $0.start >= 0 && $0.end >= $0.start })
    }

    @Test func `a window's words are moved to their place in the recording`() throws {
        let window = try heard(#"{"text":"а","segments":[{"start":1,"end":2,"text":"а","avg_logprob":-2}]}"#)
        let moved = window.moved(by: 300)
        #expect(moved.words.map(\.start) == [301])
        #expect(moved.suspicious == [301...302])
    }
}
