public import Foundation
public import Kernel

/// Whom a link would sign in, shown before anything happens.
public struct SignInOffer: Sendable, Hashable {
    public let personName: String
    public let companyName: String
    public let language: Language
    public let expiresAt: Date
}

/// A person signed in from a browser, in one company.
public struct Session: Sendable, Hashable {
    public let account: AccountID
    public let tenant: TenantID
    public let personName: String
    public let companyName: String
    public let role: Role
    public let language: Language
    public let expiresAt: Date
}

/// What a form carries so that another site cannot send it: an HMAC of the session's token.
public struct CSRFToken: Sendable, Hashable {
    /// 64 hexadecimal digits.
    public let text: String

    public init(of session: Token) {
        text = hexadecimal(hmacSHA256(key: Array(session.text.utf8), message: Array("form".utf8)))
    }

    /// Whether a form brought this very token; the time taken says nothing of how close it was.
    public func matches(_ sent: String) -> Bool {
        constantTimeEqual(Array(text.utf8), Array(sent.utf8))
    }
}
