import Foundation

/// Commands, links, mentions, addresses and hashtags, which Telegram finds in a text by itself.
enum FoundEntities {
    private struct Pattern: Sendable {
        let type: String
        let expression: NSRegularExpression

        init(_ type: String, _ text: String) {
            self.type = type
            do {
                expression = try NSRegularExpression(pattern: text, options: [.caseInsensitive])
            } catch {
                preconditionFailure("the pattern of \(type) does not compile")
            }
        }
    }

    /// What is looked for; the earlier wins where two overlap.
    ///
    /// The top-level domains are those met in the product's languages.
    private static let patterns = [
        Pattern("email", #"(?<![\w.+-])[a-z0-9._%+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w-])"#),
        Pattern("url", #"(?:https?|tg|ton)://[^\s<>"«»]*[^\s<>"«».,:;!?'()\[\]]"#),
        Pattern(
            "url",
            #"(?<![\w@./-])(?:[\p{L}0-9-]+\.)+(?:com|net|org|info|biz|io|me|app|dev|ru|su|рф|kz|by|ua|eu|de|uk|us)"#
                + #"(?::\d{1,5})?(?:[/?#](?:[^\s<>"«»]*[^\s<>"«».,:;!?'()\[\]])?)?(?![\w@-])"#
        ),
        Pattern("mention", #"(?<![\w/@])@[a-z0-9_]{4,32}(?!\w)"#),
        Pattern("bot_command", #"(?<![\w/<>])/[a-z0-9_]{1,64}(?:@[a-z0-9_]{3,32})?(?![\w/<>])"#),
        Pattern("hashtag", #"(?<![\w&])#[\w·]*[\p{L}_][\w·]*"#),
    ]

    /// Adds what is found outside links, code and what was found before.
    static func add(to text: FormattedText) -> FormattedText {
        var found: [TextEntity] = []
        let whole = NSRange(location: 0, length: text.text.utf16.count)
        for pattern in patterns {
            for match in pattern.expression.matches(in: text.text, range: whole) {
                let entity = TextEntity(type: pattern.type, offset: match.range.location, length: match.range.length)
                guard !found.contains(where: { $0.offset < entity.end && entity.offset < $0.end }) else { continue }
                found.append(entity)
            }
        }
        return FormattedText(text: text.text, entities: text.entities.adding(found.sorted { $0.precedes($1) }))
    }
}
