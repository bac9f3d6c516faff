public import HTTP
public import Kernel

/// Why a call to Telegram gave nothing.
public enum TelegramFault: Fault, Hashable {
    /// Telegram said no: `retryAfter` in seconds, `migrateTo` the id that a group now has.
    case refused(code: Int, description: String, retryAfter: Int?, migrateTo: Int64?)
    /// There was no answer.
    case unreachable(HTTPFault)
    /// The answer is not of the Bot API: a proxy's page, half a JSON, or a result of another form.
    case nonsense(status: Int)

    /// False only when it is certain that Telegram did nothing, so that even a message may be sent again.
    public var mayHaveTakenEffect: Bool {
        switch self {
        case .refused(let code, _, _, _): code >= 500
        case .unreachable(let fault): fault.mayHaveReachedServer
        case .nonsense(let status): !(400..<500).contains(status)
        }
    }

    public var isPassing: Bool {
        switch self {
        case .refused(let code, _, _, _): code == 429 || code == 409 || code >= 500
        case .unreachable(let fault): fault.isPassing
        case .nonsense(let status): status == 408 || status == 429 || !(400..<500).contains(status)
        }
    }

    /// Seconds that Telegram asks to wait.
    public var retryAfter: Int? {
        guard case .refused(_, _, let seconds, _) = self else { return nil }
        return seconds
    }

    /// The supergroup that a group became; later calls go there.
    public var migrateTo: Int64? {
        guard case .refused(_, _, _, let chat) = self else { return nil }
        return chat
    }

    public var description: String {
        switch self {
        case .refused(let code, let text, let seconds, _):
            "Telegram refused: \(code) \(quotationsHidden(in: text))\(seconds.map { ", retry after \($0) s" } ?? "")"
        case .unreachable(let fault): "Telegram is unreachable: \(fault)"
        case .nonsense(let status): "Telegram answered nonsense with status \(status)"
        }
    }
}

/// What a refusal is about; the words are those of the server's source, and compared without case.
extension TelegramFault {
    /// An edit that changes nothing, which is as good as done.
    public var isNotModified: Bool { says("message is not modified", code: 400) }

    /// The person blocked the bot or never let it in, or the bot was put out of the group.
    public var isBlocked: Bool { code == 403 }

    /// Nobody of this id ever spoke to the bot.
    public var isChatNotFound: Bool { says("chat not found", code: 400) }

    /// The token is wrong or revoked; Telegram answers an unknown one with either code.
    public var isBadToken: Bool { code == 401 || code == 404 && !says("method not found", code: 404) }

    /// Somebody else polls with the same token, or a webhook is set.
    public var isConflict: Bool { code == 409 }

    /// The message to edit is no longer there, or may not be edited any more.
    public var isMessageGone: Bool {
        says("message to edit not found", code: 400) || says("message can't be edited", code: 400)
    }

    /// A press was answered too late.
    public var isQueryTooOld: Bool { says("query is too old", code: 400) }

    /// The formatting of a text is wrong.
    public var isUnparsable: Bool { says("can't parse entities", code: 400) }

    /// `getFile` was asked for more than 20 MB.
    public var isFileTooBig: Bool { says("file is too big", code: 400) }

    private var code: Int? {
        guard case .refused(let code, _, _, _) = self else { return nil }
        return code
    }

    private func says(_ words: String, code wanted: Int) -> Bool {
        guard case .refused(wanted, let text, _, _) = self else { return false }
        return text.lowercased().contains(words)
    }
}

/// Telegram quotes the text it cannot parse, which is a person's.
private func quotationsHidden(in text: String) -> String {
    let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
    return parts.enumerated().map { $0.offset.isMultiple(of: 2) ? String($0.element) : "…" }.joined(separator: "\"")
}
