import CCrypto
import Foundation

/// Bytes from the operating system's random source.
public func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
}

/// What stands in a link, a deep link or callback data: 16 random bytes of which only the hash is stored.
public struct Token: Sendable, Hashable {
    /// Base64url without padding, 22 characters.
    public let text: String

    public static func random() -> Token { Token(text: base64url(randomBytes(16))) }

    /// A token somebody sent; nil when it cannot be one.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 22, text.utf8.allSatisfy(isBase64url) else { return nil }
        self.text = String(text)
    }

    private init(text: String) { self.text = text }

    /// SHA-256 of the text: what the database keeps.
    public var hash: [UInt8] { sha256(Array(text.utf8)) }
}

public func base64url(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString()
        .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}

private func isBase64url(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
    default: false
    }
}

/// SHA-256, 32 bytes.
public func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var hasher = SHA256Hasher()
    hasher.update(bytes)
    return hasher.finish()
}

/// HMAC-SHA-256 (RFC 2104), 32 bytes.
public func hmacSHA256(key: [UInt8], message: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    // An empty array may have no address, and none would mean the key of the call before.
    HMAC(EVP_sha256(), key.isEmpty ? [0] : key, Int32(key.count), message, message.count, &digest, &length)
    return digest
}

public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}

/// SHA-256 of a stream, a piece at a time.
public struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer?

    public init() {
        context = EVP_MD_CTX_new()
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    deinit { EVP_MD_CTX_free(context) }

    public mutating func update(_ bytes: some Sequence<UInt8>) {
        let array = Array(bytes)
        array.withUnsafeBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    }

    public consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &digest, nil)
        return digest
    }
}

/// Compares secrets without telling by the time taken how much of them agrees.
public func constantTimeEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
}

/// A key of 32 bytes that never prints itself.
public struct SecretKey: Sendable, CustomStringConvertible, CustomReflectable {
    let bytes: [UInt8]

    public static func random() -> SecretKey { SecretKey(unchecked: randomBytes(32)) }

    /// Nil unless there are 32 bytes.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// Nil unless the text is base64 of 32 bytes.
    public init?(base64 text: String) {
        guard let data = Data(base64Encoded: text) else { return nil }
        self.init(Array(data))
    }

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// The raw key, to be sealed by another one.
    package var rawBytes: [UInt8] { bytes }

    public var description: String { "SecretKey(hidden)" }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why sealed bytes could not be opened.
public enum SealFault: Fault {
    /// They were changed, cut, or sealed with another key or for another purpose.
    case notAuthentic
    case tooShort

    public var isPassing: Bool { false }

    public var description: String {
        switch self {
        case .notAuthentic: "sealed bytes are not authentic"
        case .tooShort: "sealed bytes are too short"
        }
    }
}

/// AES-256-GCM with a random nonce of 12 bytes in front and the tag of 16 bytes behind (NIST SP 800-38D).
extension SecretKey {
    /// Seals bytes; `purpose` is authenticated but not stored, so one thing cannot be passed off as another.
    public func seal(_ plain: [UInt8], purpose: String) -> [UInt8] {
        let nonce = randomBytes(12)
        let sealed = encrypt(plain, nonce: nonce, additional: Array(purpose.utf8))
        return nonce + sealed
    }

    /// Opens what `seal` made for the same purpose.
    public func open(_ sealed: [UInt8], purpose: String) throws(SealFault) -> [UInt8] {
        guard sealed.count >= 28 else { throw .tooShort }
        return try decrypt(Array(sealed[12...]), nonce: Array(sealed[..<12]), additional: Array(purpose.utf8))
    }

    /// Ciphertext followed by the tag; the caller never uses a nonce twice with one key.
    package func encrypt(_ plain: [UInt8], nonce: [UInt8], additional: [UInt8]) -> [UInt8] {
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, bytes, nonce)
        var length: Int32 = 0
        EVP_EncryptUpdate(context, nil, &length, additional, Int32(additional.count))
        var output = [UInt8](repeating: 0, count: plain.count + 16)
        EVP_EncryptUpdate(context, &output, &length, plain, Int32(plain.count))
        var tag = [UInt8](repeating: 0, count: 16)
        EVP_EncryptFinal_ex(context, &tag, &length)
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, &tag)
        output.replaceSubrange(plain.count..., with: tag)
        return output
    }

    package func decrypt(_ sealed: [UInt8], nonce: [UInt8], additional: [UInt8]) throws(SealFault) -> [UInt8] {
        guard sealed.count >= 16 else { throw .tooShort }
        let count = sealed.count - 16
        var tag = Array(sealed[count...])
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, bytes, nonce)
        var length: Int32 = 0
        EVP_DecryptUpdate(context, nil, &length, additional, Int32(additional.count))
        var plain = [UInt8](repeating: 0, count: max(count, 16))
        EVP_DecryptUpdate(context, &plain, &length, sealed, Int32(count))
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, &tag)
        var rest = [UInt8](repeating: 0, count: 16)
        guard EVP_DecryptFinal_ex(context, &rest, &length) == 1 else { throw .notAuthentic }
        plain.removeLast(plain.count - count)
        return plain
    }
}
