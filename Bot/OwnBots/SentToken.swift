import Foundation
import Kernel
import Telegram

/// A bot's token that a person sent in a chat.
///
/// It is sealed before an update is stored: neither the inbox nor anything made from it ever holds one in clear, whether it
/// was asked for or sent by mistake. Only this installation makes such seals, so nobody else can write one.
struct SentToken: Sendable, Hashable {
    /// Base64url of the sealed token.
    let seal: String

    private static let purpose = "a token sent to a bot"
    private static let opening = "sealed-token("

    /// A text, such as the JSON of an update, with every token in it sealed.
    ///
    /// A token is at least 5 digits, a colon and at least 30 of the characters that @BotFather uses; what is like one is
    /// sealed too, however long.
    static func sealed(in text: String, with key: SecretKey) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var copied = 0
        for colon in bytes.indices where bytes[colon] == UInt8(ascii: ":") {
            guard colon > 0, isDigit(bytes[colon - 1]) else { continue }
            let start = bytes[copied..<colon].lastIndex { !isDigit($0) }.map { $0 + 1 } ?? copied
            let end = bytes[(colon + 1)...].firstIndex { !isTokenByte($0) } ?? bytes.endIndex
            guard colon - start >= 5, end - colon > 30 else { continue }
            let seal = base64url(key.seal(Array(bytes[start..<end]), purpose: purpose))
            result += bytes[copied..<start] + Array("\(opening)\(seal))".utf8)
            copied = end
        }
        return copied == 0 ? text : String(decoding: result + bytes[copied...], as: UTF8.self)
    }

    /// The first sealed token in a text.
    init?(in text: String) {
        guard let start = text.range(of: Self.opening)?.upperBound,
            let end = text[start...].firstIndex(of: ")"), start < end
        else { return nil }
        seal = String(text[start..<end])
    }

    /// Nil for what is no token of a bot, or was not sealed here.
    func opened(with key: SecretKey) -> BotToken? {
        let padded = seal.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - padded.count % 4) % 4)
        guard let sealed = Data(base64Encoded: padded + padding) else { return nil }
        do {
            return BotToken(String(decoding: try key.open(Array(sealed), purpose: Self.purpose), as: UTF8.self))
        } catch {
            return nil
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: isDigit(byte)
        }
    }
}
