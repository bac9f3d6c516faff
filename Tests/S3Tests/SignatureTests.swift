import Foundation
import Kernel
import Testing

@testable import S3

/// Signatures that AWS has published.
struct SignatureTests {
    /// The examples of docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
    private static let s3 = Signature(
        accessKey: "AKIAIOSFODNN7EXAMPLE",
        secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        region: "us-east-1"
    )
    private static let host = ("Host", "examplebucket.s3.amazonaws.com")
    private static let date = ("x-amz-date", "20130524T000000Z")
    private static let empty = hexadecimal(sha256([]))

    private func signature(_ signer: Signature, _ request: Signature.Request, _ seconds: Double) -> String {
        let text = signer.authorization(of: request, at: Date(timeIntervalSince1970: seconds))
        return text.split(separator: "Signature=").last.map(String.init) ?? ""
    }

    @Test func `a range of an object`() {
        let request = Signature.Request(
            method: "GET",
            path: "/test.txt",
            headers: [Self.host, ("Range", "bytes=0-9"), ("x-amz-content-sha256", Self.empty), Self.date],
            payloadHash: Self.empty
        )
        let found = signature(Self.s3, request, 1_369_353_600)
        #expect(found == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    }

    @Test func `an object whose name has a sign that is encoded`() {
        let hash = hexadecimal(sha256(Array("Welcome to Amazon S3.".utf8)))
        let request = Signature.Request(
            method: "PUT",
            path: "/test$file.text",
            headers: [
                ("Date", "Fri, 24 May 2013 00:00:00 GMT"), Self.host, Self.date, ("x-amz-content-sha256", hash),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ],
            payloadHash: hash
        )
        let found = signature(Self.s3, request, 1_369_353_600)
        #expect(found == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
    }

    @Test(arguments: [
        ([("lifecycle", "")], "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ([("prefix", "J"), ("max-keys", "2")], "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ])
    func `a question to a bucket`(query: [(String, String)], expected: String) {
        let request = Signature.Request(
            method: "GET",
            path: "/",
            query: query.map { (name: $0.0, value: $0.1) },
            headers: [Self.host, Self.date, ("x-amz-content-sha256", Self.empty)],
            payloadHash: Self.empty
        )
        #expect(signature(Self.s3, request, 1_369_353_600) == expected)
    }

    /// The test suite of Signature Version 4, as botocore and others keep it.
    @Test(
        arguments: [
            ("/", [], "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            (
                "/", [("Param2", "value2"), ("Param1", "value1")],
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
            ),
        ] as [(String, [(String, String)], String)]
    )
    func `the suite of the signature itself`(path: String, query: [(String, String)], expected: String) {
        let signer = Signature(
            accessKey: "AKIDEXAMPLE",
            secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            region: "us-east-1",
            service: "service"
        )
        let request = Signature.Request(
            method: "GET",
            path: path,
            query: query.map { (name: $0.0, value: $0.1) },
            headers: [("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")],
            payloadHash: Self.empty
        )
        #expect(signature(signer, request, 1_440_938_160) == expected)
    }

    @Test func `names are encoded byte by byte, slashes left`() {
        #expect(Signature.encodedPath("/a b/ё~+.mp3") == "/a%20b/%D1%91~%2B.mp3")
        #expect(Signature.encodedQuery([("b", "2"), ("a", "&="), ("a", "1")]) == "a=%26%3D&a=1&b=2")
        #expect(Signature.timestamp(Date(timeIntervalSince1970: 0)) == "19700101T000000Z")
    }
}
