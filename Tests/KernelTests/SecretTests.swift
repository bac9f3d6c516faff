import Foundation
import Kernel
import Testing

struct SecretTests {
    @Test func `what is sealed opens with the same key for the same purpose only`() throws {
        let key = SecretKey.random()
        let plain = Array("Қоңырау".utf8)
        let sealed = key.seal(plain, purpose: "bot 1")
        #expect(try key.open(sealed, purpose: "bot 1") == plain)
        #expect(throws: SealFault.self) { try key.open(sealed, purpose: "bot 2") }
        #expect(throws: SealFault.self) { try SecretKey.random().open(sealed, purpose: "bot 1") }
        #expect(key.seal(plain, purpose: "bot 1") != sealed)
    }

    @Test func `an empty text can be sealed`() throws {
        let key = SecretKey.random()
        #expect(try key.open(key.seal([], purpose: "x"), purpose: "x") == [])
    }

    @Test func `a single changed bit is noticed, wherever it is`() {
        let key = SecretKey.random()
        let sealed = key.seal([1, 2, 3], purpose: "x")
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: SealFault.self) { try key.open(changed, purpose: "x") }
        }
        for count in 0..<sealed.count {
            #expect(throws: SealFault.self) { try key.open(Array(sealed.prefix(count)), purpose: "x") }
        }
    }

    @Test func `a key never prints itself`() {
        let key = SecretKey.random()
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key) \(String(reflecting: key))".contains("[") == false)
        #expect(!dumped.contains("bytes"))
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func `SHA-256 is that of the standard`(text: String, digest: String) {
        // FIPS 180-4, examples.
        #expect(hexadecimal(sha256(Array(text.utf8))) == digest)
    }

    @Test func `a stream hashes as the whole`() {
        var hasher = SHA256Hasher()
        for part in ["a", "", "bc"] { hasher.update(Array(part.utf8)) }
        #expect(hasher.finish() == sha256(Array("abc".utf8)))
    }

    @Test func `tokens are 16 random bytes and nothing else is taken for one`() throws {
        let tokens = (0..<1000).map { _ in Token.random() }
        #expect(Set(tokens).count == 1000)
        let one = try #require(tokens.first)
        #expect(Token(one.text) == one)
        #expect(Token(one.text)?.hash == one.hash)
        for text in ["", "short", one.text + "A", String(one.text.dropLast()) + "/", String(one.text.dropLast()) + "ж"]
        {
            #expect(Token(text) == nil, "\(text)")
        }
    }

    @Test func `numbers of things are read strictly`() {
        #expect(TenantID("42") == TenantID(42))
        for text in ["", "0", "-1", "4 2", "99999999999999999999", "٤"] { #expect(TenantID(text) == nil, "\(text)") }
        #expect(TenantID(7).schema == "t_7")
    }
}
